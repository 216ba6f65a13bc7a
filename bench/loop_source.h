// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstpushsrc.h>

namespace bench {

// benchloopsrc: a live source that repeats a StreamFile without end, at its frame rate and without a copy, so that it
// costs next to nothing.
//   location  the StreamFile
//   stamps    the StampTable in which each frame is stamped when it leaves the source pad (default: none)
G_DECLARE_FINAL_TYPE(BenchLoopSrc, bench_loop_src, BENCH, LOOP_SRC, GstPushSrc)

// Makes the element known to this process's pipelines.
bool register_loop_source();

}  // namespace bench
