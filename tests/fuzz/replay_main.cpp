// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a fuzz target over all files of the folders (or the single files) that are named, without libFuzzer: what was
// found once stays fixed in every ordinary test run.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

namespace fs = std::filesystem;

bool replay(const fs::path &file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
        return false;
    }
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    // Told beforehand: the last name printed is that of the input which ended the process.
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
    return true;
}

// How many files were run; none is a failure.
size_t replay_all(const fs::path &place) {
    if (!fs::is_directory(place))
        return replay(place) ? 1 : 0;
    size_t count = 0;
    std::error_code error;
    for (const fs::directory_entry &entry : fs::directory_iterator(place, error))
        count += entry.is_regular_file(error) && replay(entry.path()) ? 1 : 0;
    return count;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FOLDER_OR_FILE...\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (int i = 1; i < argc; ++i) {
        if (replay_all(argv[i]) == 0) {
            std::fprintf(stderr, "%s: nothing to replay\n", argv[i]);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
