// A very small HTTP/1.1 client for the verbs that go through a server on this machine. Loopback addresses only: nothing
// of this program speaks to the outside.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace server::commands {

struct Answer {
    int status = 0;
    std::string body;
};

class LocalServer {
public:
    // "http://127.0.0.1:8080" or "http://[::1]:8080"; Error{invalid_input} for anything that is not loopback.
    // `token` may be empty.
    LocalServer(const std::string& address, std::string token);

    // One connection a request. Error{unreadable_file} when the file can't be read, Error{internal} when the server
    // does not answer.
    Answer get(const std::string& target) const;
    Answer remove(const std::string& target) const;
    Answer post_json(const std::string& target, const std::string& body) const;
    // Into a new file (0600), durable on return; returns its size. Error{storage_full, storage_failed} when it can't be
    // written. Whether it came whole is for the caller to know, by its hash.
    std::uint64_t fetch(const std::string& target, const std::string& path,
                        const std::function<void(std::uint64_t bytes)>& progress) const;
    Answer post_file(const std::string& target, const std::string& path,
                     const std::function<void(double share)>& progress) const;

private:
    int connected() const;
    Answer exchange(const std::string& head, const std::function<void(int socket)>& send_body) const;
    std::string head(const char* method, const std::string& target, std::uint64_t length,
                     const char* media_type = "application/octet-stream", const char* version = "1.1") const;
    std::string host_;
    std::uint16_t port_ = 0;
    std::string token_;
};

std::string percent_encoded(const std::string& text); // RFC 3986: all but unreserved characters

} // namespace server::commands
