// SPDX-License-Identifier: LGPL-2.1-or-later
// load_client: see --help. Opens many viewers on one thread and prints what they received, as JSON.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "load_options.h"
#include "load_run.h"

int main(int argc, char **argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto options = bench::LoadOptions::parse(argc, argv);
    if (!options)
        return 2;
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    std::puts(bench::LoadRun(*options).run().text().c_str());
    return 0;
}
