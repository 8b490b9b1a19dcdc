#include "server/http/parser.hpp"

#include "server/http/asio.hpp"
#include "server/http/text.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace server::http {
namespace {
namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using beast_view = boost::beast::string_view;

std::string_view view(beast_view text) {
    return {text.data(), text.size()};
}
} // namespace

struct Parser::Impl : beast_http::basic_parser<true> {
    Headers headers;
    std::string body;
    bool header_done = false;
    int status = 0;

    void on_request_impl(beast_http::verb, beast_view, beast_view, int, error_code&) override {}
    void on_response_impl(int, beast_view, int, error_code&) override {}
    void on_field_impl(beast_http::field, beast_view name, beast_view value, error_code& error) override {
        // After the header it is a trailer: Beast would merge it into the header (Authorization, Host and all).
        if (header_done) {
            error = beast_http::error::bad_field;
            return;
        }
        headers.emplace_back(to_lower(view(name)), value);
    }
    void on_header_impl(error_code&) override { header_done = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(beast_view bytes, error_code&) override {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast_view extensions, error_code& error) override {
        // Nobody sends these for a good reason, and Beast takes a bare line feed inside of them.
        if (!extensions.empty()) error = beast_http::error::bad_chunk_extension;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast_view bytes, error_code&) override {
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(error_code&) override {}
};

Parser::Parser(std::uint64_t body_limit) : impl_{std::make_unique<Impl>()} {
    impl_->header_limit(kMaxHeadBytes);
    impl_->body_limit(body_limit);
    impl_->eager(true);
}

Parser::~Parser() = default;

std::size_t Parser::put(std::string_view bytes) {
    error_code error;
    const auto taken = impl_->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, error);
    if (error && error != beast_http::error::need_more)
        impl_->status = error == beast_http::error::body_limit ? 413 : 400;
    return taken;
}

bool Parser::done() const {
    return impl_->is_done();
}

int Parser::status() const {
    return impl_->status;
}

bool Parser::agrees(const Head& head) const {
    if (!impl_->header_done || impl_->chunked() != head.chunked) return false;
    return head.chunked || impl_->content_length().value_or(0) == head.content_length;
}

Headers Parser::take_headers() {
    return std::move(impl_->headers);
}

std::string Parser::take_body() {
    return std::exchange(impl_->body, {});
}

std::size_t Parser::body_size() const {
    return impl_->body.size();
}

} // namespace server::http
