#include "layers/ingest/sniff.hpp"
#include "layers/ingest/zip_check.hpp"
#include "tests/fuzz/ingest.hpp"

// The directory of an archive, and what a file of these bytes would be taken for.
FUZZ_TARGET(zip_directory) {
    const auto refused = [](const auto& call) {
        try {
            call();
        } catch (const geo::Error&) {}
    };
    refused([&] { layers::ingest::sniff(input, "upload.kml"); });
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz::require(write(file, input.data(), input.size()) == static_cast<ssize_t>(input.size()), "memory file");
    refused([&] {
        for (const auto& entry : layers::ingest::check_zip(file, static_cast<std::int64_t>(input.size()))) {
            fuzz::require(entry.name.find("..") == 0 ? entry.name.size() > 2 && entry.name[2] != '/' : true, "no slip");
            fuzz::require(!entry.name.empty() && entry.name.front() != '/', "relative names");
        }
    });
    close(file);
}
