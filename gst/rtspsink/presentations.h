// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "media/mount.h"
#include "packet_feed.h"
#include "problem.h"
#include "server/server.h"
#include "watched_teller.h"

namespace rtspsink {

// Which streams of one element make up which presentation, and what the server is told about them: streams with one
// path share a mount; a mount is complete when no linked stream could still add to it.
//
// Safe. Streams are named by their feed, which is told its track and must live until leave(). The lock is held while
// the server's table is told, so that it hears of changes in the order in which they were made; the table never calls
// back.
class Presentations {
public:
    // Tells a server that is about to open that there will be something to wait for.
    void announce(rtspcore::server::MountTable &table);
    void open(std::shared_ptr<rtspcore::server::Server> server);
    // Who is asked for each viewer; before open().
    void set_authorize(rtspcore::server::access::Authorize authorize) {
        state_.lock()->authorize = std::move(authorize);
    }
    // For mounts that are made from here on.
    void configure(const rtspcore::media::MountConfig &config);
    // Ends all mounts; streams stay, as if no caps had come.
    void stop();
    // The same, and gives up the server, synchronously.
    void close();

    // `watched` is told who watches the path of the stream.
    void join(PacketFeed &stream, std::shared_ptr<WatchedTeller> watched);
    void leave(PacketFeed &stream);
    void set_linked(PacketFeed &stream, bool linked);
    // A stream that is served already moves there.
    Outcome<void> set_path(PacketFeed &stream, const std::string &path);
    // `user:password[,user:password...]` for the path of the stream, instead of the server's; those of all streams of a
    // path together. What cannot be read lets nobody in. Nothing: as the server has it.
    void set_auth(PacketFeed &stream, std::optional<std::string> auth);
    // Adds the stream to the mount of its path. When it is there already, with caps that its viewers cannot go on with,
    // the path gets a new mount for all its streams.
    Outcome<void> serve(PacketFeed &stream, rtspcore::media::TrackConfig config);

    // The proxy that feeds it, by its name in a Via header; empty if none does.
    void set_source(PacketFeed &stream, const std::string &via);
    // Nothing comes of the stream for now. Its viewers end; who asks for the path, that of the stream if it has none
    // yet, waits.
    void set_away(PacketFeed &stream, const std::string &path);
    // It is served again as it was.
    Outcome<void> come_back(PacketFeed &stream);

    // The lowest dynamic payload type that no other stream of the same path has (RFC 3551 section 3). It is kept for
    // the stream.
    int reserve_payload_type(PacketFeed &stream);

    // Empty: not known.
    [[nodiscard]] std::string path(PacketFeed &stream);
    [[nodiscard]] std::shared_ptr<rtspcore::media::Mount> mount(PacketFeed &stream);
    [[nodiscard]] std::vector<std::shared_ptr<rtspcore::media::Mount>> mounts();
    [[nodiscard]] std::shared_ptr<rtspcore::server::Server> server();

private:
    struct Member {
        PacketFeed *feed = nullptr;
        unsigned order = 0;  // of joining: of the pads
        bool linked = false;
        bool away = false;
        std::shared_ptr<WatchedTeller> watched;
        std::string source;  // a proxy's name
        std::string path;    // empty: not known
        std::optional<std::string> auth;
        rtspcore::media::TrackConfig config;  // without caps: not known
        std::shared_ptr<rtspcore::media::Track> track;
        int payload_type = -1;

        void forget();
    };
    struct State {
        unsigned joined = 0;
        std::shared_ptr<rtspcore::server::Server> server;
        rtspcore::server::access::Authorize authorize;
        std::map<std::string, std::shared_ptr<const rtspcore::server::access::MappingRules>> rules;
        rtspcore::media::MountConfig config;
        std::vector<Member> members;  // in order of creation
        std::map<std::string, std::shared_ptr<rtspcore::media::Mount>> mounts;
    };

    static Member *find(State &state, const PacketFeed &stream);
    [[nodiscard]] static bool is_complete(const State &state, const std::string &path);
    [[nodiscard]] static unsigned undecided_pads(const State &state);
    Outcome<void> add_track(State &state, Member &member);
    Outcome<void> renew(State &state, const std::string &path);
    void drop_track(State &state, Member &member);
    void end_mounts(State &state);
    void refresh(State &state);
    static std::map<std::string, rtspcore::server::MountTable::Expectation> expected(const State &state);
    void guard(State &state);
    static std::optional<rtspcore::server::access::Users> users_of(const State &state, const std::string &path);

    rtspcore::Guarded<State> state_;
};

}  // namespace rtspsink
