// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace recordsink::test {

constexpr int kSkipped = 77;

// What posts; without it a test of that is skipped.
inline bool has_curl() {
    g_autofree gchar *curl = g_find_program_in_path("curl");
    return curl != nullptr;
}

// Answers each request with the next of its answers, or the last, and keeps what was asked. Safe.
class WebServer {
public:
    explicit WebServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
        service_ = g_threaded_socket_service_new(1);
        port_ = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(service_), nullptr, nullptr);
        g_signal_connect(service_, "run", G_CALLBACK(answer), this);
        // The service accepts on a main context.
        thread_ = std::thread([this] { g_main_loop_run(loop_); });
    }
    ~WebServer() {
        g_main_loop_quit(loop_);
        thread_.join();
        g_socket_service_stop(service_);
        g_socket_listener_close(G_SOCKET_LISTENER(service_));
        g_object_unref(service_);
        g_main_loop_unref(loop_);
    }
    WebServer(const WebServer &) = delete;
    WebServer &operator=(const WebServer &) = delete;
    [[nodiscard]] std::string url() const {
        return "http://user:secret@127.0.0.1:" + std::to_string(port_) + "/hook?a=b";
    }
    [[nodiscard]] std::vector<std::string> requests() { return *requests_.lock(); }

private:
    static gboolean answer(GThreadedSocketService *, GSocketConnection *connection, GObject *, gpointer server) {
        auto *self = static_cast<WebServer *>(server);
        GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(connection));
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos || request.back() != '}') {
            char bytes[4096];
            const gssize length = g_input_stream_read(input, bytes, sizeof bytes, nullptr, nullptr);
            if (length <= 0)
                return TRUE;
            request.append(bytes, static_cast<size_t>(length));
        }
        auto requests = self->requests_.lock();
        const std::string status = self->answers_[std::min(requests->size(), self->answers_.size() - 1)];
        requests->push_back(request);
        requests.unlock();
        const std::string reply = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), reply.data(), reply.size(),
                                  nullptr, nullptr, nullptr);
        return TRUE;
    }

    const std::vector<std::string> answers_;
    GMainLoop *loop_ = g_main_loop_new(nullptr, FALSE);
    GSocketService *service_;
    guint16 port_;
    std::thread thread_;
    rtspcore::Guarded<std::vector<std::string>> requests_;
};

}  // namespace recordsink::test
