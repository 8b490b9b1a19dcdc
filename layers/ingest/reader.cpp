#include "layers/ingest/reader.hpp"

#include "geo/wrap/confine.hpp"
#include "geo/wrap/descriptor.hpp"
#include "geo/wrap/ogr_reader.hpp"
#include "layers/ingest/child.hpp"
#include "layers/ingest/wire.hpp"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace layers::ingest {
namespace {

using geo::Error;
using geo::ErrorCode;
using geo::wrap::Descriptor;

struct Pipe {
    Descriptor out, in;
};

Pipe make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw Error{ErrorCode::busy, "too many open files"};
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

struct Source {
    Descriptor file;
    double megabytes = 0;
};

Source open_source(const std::string& path) {
    Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)}; // a FIFO must not hold us up
    struct stat info {};
    if (file.get() < 0 || fstat(file.get(), &info) != 0) {
        throw Error{ErrorCode::unreadable_file, errno == ENOENT ? "there is no such file" : "the file can't be opened"};
    }
    if (!S_ISREG(info.st_mode)) throw Error{ErrorCode::unreadable_file, "this is no file"};
    if (info.st_size == 0) throw Error{ErrorCode::unreadable_file, "the file is empty"};
    return {std::move(file), static_cast<double>(info.st_size) / 1e6};
}

// True when `size` bytes came, false when the child closed the pipe before the first; short reads are not told apart
// from the end, both mean that the child is gone.
bool read_exactly(int fd, std::string& out, std::size_t size) {
    out.resize(size);
    std::size_t got = 0;
    while (got < size) {
        const auto n = ::read(fd, out.data() + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        got += static_cast<std::size_t>(n);
    }
    return true;
}

// Why a child ended without saying so.
[[noreturn]] void explain(const geo::wrap::Child::End& end, const wire::Request& request) {
    if (end.signal == SIGXCPU || end.signal == SIGKILL) {
        throw Error{ErrorCode::too_large,
                    "reading the file took more than " + std::to_string(request.cpu_s) + " s of processor time"};
    }
    if (end.signal == SIGPROF) throw Error{ErrorCode::invalid_input, "opening the file takes too long: it is made to"};
    if (end.signal == 0 && end.exit_code == geo::wrap::kOutOfMemoryExit) {
        throw Error{ErrorCode::too_large, "reading the file takes more than " +
                                              std::to_string(request.options.limits.memory_bytes >> 20) +
                                              " MB of memory"};
    }
    throw Error{ErrorCode::unreadable_file, "the file can't be read: it is damaged, or made to harm its reader"};
}

[[noreturn]] void out_of_order() {
    throw Error{ErrorCode::unreadable_file, "the reading process gave an answer that makes no sense"};
}

} // namespace

ReadResult read(const std::string& path, const ReadOptions& options,
                const std::function<void(const SourceSchema&)>& on_schema,
                const std::function<void(std::vector<geo::RawFeature>)>& on_rows,
                const std::function<void(const RowFault&)>& on_fault) {
    auto source = open_source(path);
    wire::Request request{options, 0};
    if (request.options.declared_name.empty()) request.options.declared_name = path.substr(path.rfind('/') + 1);
    request.cpu_s =
        static_cast<std::uint64_t>(std::ceil(options.limits.cpu_s + options.limits.cpu_s_per_mb * source.megabytes));

    auto asking = make_pipe();
    auto answers = make_pipe();
    fcntl(answers.out.get(), F_SETPIPE_SZ, 1 << 20); // one batch; a smaller pipe is slower, not wrong
    const auto question = wire::frame(wire::Kind::request, wire::encode(request));
    // Fits the pipe's buffer, and the other end is still held here: neither blocks nor raises SIGPIPE.
    if (::write(asking.in.get(), question.data(), question.size()) != static_cast<ssize_t>(question.size())) {
        throw Error{ErrorCode::internal, "the reading process could not be asked"};
    }
    geo::wrap::Child child{{kChildArgument}, {asking.out.get(), answers.in.get(), source.file.get()}};
    asking.in.reset();
    asking.out.reset();
    answers.in.reset();
    source.file.reset();

    ReadResult result;
    std::optional<SourceSchema> schema;
    std::string bytes;
    for (;;) {
        if (!read_exactly(answers.out.get(), bytes, wire::kHeaderSize)) explain(child.wait(), request);
        const auto header = wire::parse_header(bytes);
        if (!read_exactly(answers.out.get(), bytes, header.length)) explain(child.wait(), request);
        switch (header.kind) {
        case wire::Kind::schema:
            if (schema) out_of_order();
            schema = wire::decode_schema(bytes);
            on_schema(*schema);
            break;
        case wire::Kind::rows: {
            if (!schema) out_of_order();
            auto rows = wire::decode_rows(bytes, *schema);
            result.rows += static_cast<std::int64_t>(rows.size());
            on_rows(std::move(rows));
            break;
        }
        case wire::Kind::fault:
            ++result.faults;
            on_fault(wire::decode_fault(bytes));
            break;
        case wire::Kind::error:
            throw wire::decode_error(bytes);
        case wire::Kind::end:
            if (!schema) out_of_order();
            return result;
        case wire::Kind::request:
            out_of_order();
        }
    }
}

} // namespace layers::ingest
