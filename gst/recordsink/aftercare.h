// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "delivery.h"
#include "index.h"
#include "retainer.h"
#include "settings.h"
#include "teller.h"

namespace recordsink {

// What becomes of segments that are finished: they are told to whoever is to follow, and go when they are old. Safe;
// it never blocks but in stop().
class Aftercare {
public:
    Aftercare(const Settings &settings, Location location, Index index, Teller *teller);

    // What a crash left behind is finished; from now on the index tells the truth.
    void start(const std::vector<IndexEntry> &recovered);
    // What comes next is of this mapping.
    void told_mapping(const std::string &mapping);
    void finished(const std::string &path, const IndexEntry &entry);
    // Blocks for a few seconds, while what waits is told to whoever follows.
    void stop();

private:
    [[nodiscard]] static RetentionBounds bounds_of(const Settings &settings);

    const Location location_;
    const Index index_;
    Teller *const teller_;
    std::unique_ptr<Retainer> retainer_;
    std::unique_ptr<Delivery> delivery_;
    rtspcore::Guarded<std::vector<std::string>> mappings_;
};

}  // namespace recordsink
