// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "certificate_pin.h"
#include "location.h"
#include "log.h"
#include "rtsp/via.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Ref;
using rtspcore::Time;
using std::chrono::milliseconds;

namespace {

constexpr const char *kAnyServer = "";

double chance() {
    constexpr double kSteps = 1 << 20;
    return static_cast<double>(rtspcore::random_u64() % (1U << 20)) / kSteps;
}

ConnectPlan::Config plan_config(const std::vector<Source> &sources, const Settings &settings) {
    ConnectPlan::Config config;
    for (const Source &source : sources)
        config.transports.push_back(source.transports.size());
    config.backoff_min = milliseconds(settings.backoff_min);
    config.backoff_max = milliseconds(std::max(settings.backoff_min, settings.backoff_max));
    return config;
}

// A third of the time that servers give who does not say otherwise (RFC 2326 section 12.37).
Duration keep_alive_interval(const Settings &settings) {
    constexpr std::chrono::seconds kLongest{20};
    return std::min<Duration>(kLongest, 4 * milliseconds(settings.timeout));
}

}  // namespace

Supervisor::Supervisor(Host host, Outputs &outputs, Reception &reception)
    : host_(std::move(host)),
      outputs_(outputs),
      reception_(reception),
      slots_(connect_slots()),
      via_(std::make_shared<rtspcore::Guarded<std::string>>(rtspcore::rtsp::via_with("", host_.name))) {}

Supervisor::~Supervisor() {
    stop();
}

void Supervisor::start(std::vector<Source> sources) {
    sources_ = std::move(sources);
    plan_.emplace(plan_config(sources_, host_.settings()), chance);
    status_.lock()->location.clear();
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "rtspproxysrc");
        loop_.run();
    });
}

void Supervisor::stop() {
    if (!thread_.joinable())
        return;
    loop_.post([this] {
        rest();
        watchers_.clear();
        not_before_ = {};
        streams_ = over_ = untaken_told_ = false;
        enter(State::Stopped);
    });
    loop_.quit();
    thread_.join();
    plan_.reset();
}

void Supervisor::play() {
    loop_.post([this] {
        if (over_)
            return;
        const auto clock = rtspcore::Ref<GstClock>::adopt(gst_element_get_clock(host_.element));
        const bool is_first = status().state == State::Stopped;
        // Its time stamps would be of a clock that nobody goes by any more.
        const bool is_other_clock = upstream_ && clock && clock.get() != upstream_->clock();
        if (is_first && !is_wanted())
            go_idle();
        else if (is_other_clock)
            connect();
        else if (is_first)
            connect_in_turn(kAnyServer);
    });
}

bool Supervisor::end() {
    if (!thread_.joinable())
        return false;
    loop_.post([this] { end_streams(); });
    return true;
}

// Sinks that wait for a pad can be told by one only.
void Supervisor::end_streams() {
    if (std::exchange(over_, true))
        return;
    rest();
    enter(State::Stopped);
    outputs_.make_first();
    outputs_.end();
}

Status Supervisor::status() {
    return *status_.lock();
}

void Supervisor::enter(State state, Failure failure, Duration wait) {
    Status now;
    {
        auto status = status_.lock();
        if (status->state == State::Stopped && state == State::Stopped)
            return;
        status->state = state;
        status->wait = wait;
        if (failure.reason != Reason::None || state == State::Playing)
            status->failure = std::move(failure);
        if (plan_)
            tell_attempt(*status);
        now = *status;
    }
    const bool has_failed = state == State::Waiting || state == State::Failed;
    GST_INFO_OBJECT(host_.element, "%s: %s %s", nick(state), now.location.c_str(),
                    has_failed ? now.failure.text.c_str() : "");
    host_.changed(now);
}

// While nothing is tried, the location is that of the attempt which the reason is about.
void Supervisor::tell_attempt(Status &status) const {
    const auto attempt = plan_->current();
    const Source &source = sources_[attempt.location];
    status.attempts = plan_->attempts();
    status.next_location = status.state == State::Waiting ? masked(source.url) : "";
    if (status.state != State::Connecting && status.state != State::Playing && !status.location.empty())
        return;
    status.location = masked(source.url);
    status.transport = transport_name(source.transports[attempt.transport]);
}

RtspsrcConfig Supervisor::config_for(const ConnectPlan::Attempt &attempt) const {
    const Settings settings = host_.settings();
    const Source &source = sources_[attempt.location];
    const auto database = tls_database(settings);
    RtspsrcConfig config;
    config.url = source.url;
    config.user_id = settings.user_id;
    config.user_pw = settings.user_pw;
    config.transports = source.transports[attempt.transport];
    // One that became unusable meanwhile trusts nobody.
    config.tls_database = database ? *database : Ref<GTlsDatabase>::adopt(make_certificate_pin(""));
    config.tls_validation_flags = settings.tls_validation_flags;
    config.latency = settings.latency;
    config.timeout = settings.timeout;
    config.via = [via = via_] { return *via->lock(); };
    config.set_up = host_.set_up;
    return config;
}

Upstream::Listener Supervisor::listener_of(uint64_t attempt) {
    return {[this, attempt] { loop_.post([this, attempt] { on_described(attempt); }); },
            [this, attempt] { loop_.post([this, attempt] { on_playing(attempt); }); },
            [this, attempt](Failure failure) {
                loop_.post([this, attempt, failure = std::move(failure)] { on_failed(attempt, failure); });
            }};
}

void Supervisor::connect() {
    disconnect();
    described_ = false;
    begun_ = rtspcore::monotonic_now();
    enter(State::Connecting);
    upstream_ = std::make_unique<Upstream>(Upstream::Config{host_.element, config_for(plan_->current())}, outputs_,
                                           reception_, listener_of(++attempt_));
    upstream_->start();
    watch();
}

std::string Supervisor::server() const {
    return server_of(sources_[plan_->current().location].url);
}

// One after the other of those who name the same: who comes first to any server, and who comes again to this one. Those
// who wait for a server that is away hold up nobody who wants another.
void Supervisor::connect_in_turn(const std::string &among) {
    const Time now = rtspcore::monotonic_now();
    const Duration wait = slots_->take(now, among);
    if (wait <= Duration())
        return connect();
    enter(State::Connecting);
    loop_.cancel_timer(timer_);
    timer_ = loop_.start_timer(now + wait, [this] {
        timer_ = 0;
        connect();
    });
}

void Supervisor::connect_in(Duration wait) {
    loop_.cancel_timer(timer_);
    timer_ = loop_.start_timer(rtspcore::monotonic_now() + wait, [this] {
        timer_ = 0;
        connect_in_turn(server());
    });
}

void Supervisor::disconnect() {
    ++attempt_;
    loop_.cancel_timer(std::exchange(keep_alive_timer_, 0));
    loop_.cancel_timer(std::exchange(link_timer_, 0));
    end_trial();
    upstream_.reset();
}

void Supervisor::rest() {
    disconnect();
    loop_.cancel_timer(std::exchange(timer_, 0));
    loop_.cancel_timer(std::exchange(close_timer_, 0));
}

// A round trip of the timer costs nothing; a reset of it for each packet would.
void Supervisor::watch() {
    const unsigned timeout = host_.settings().timeout;
    const Time last = std::max(begun_, upstream_->last_sign());
    const Time deadline = last + milliseconds(timeout);
    if (loop_.now() >= deadline) {
        on_failed(attempt_, described_ ? no_data(timeout) : no_answer(timeout));
        return;
    }
    loop_.cancel_timer(timer_);
    timer_ = loop_.start_timer(deadline, [this] {
        timer_ = 0;
        watch();
    });
}

void Supervisor::on_described(uint64_t attempt) {
    if (attempt == attempt_)
        described_ = true;
}

void Supervisor::on_playing(uint64_t attempt) {
    if (attempt != attempt_)
        return;
    plan_->playing(loop_.now());
    streams_ = true;
    {
        auto status = status_.lock();
        status->reconnects += std::exchange(played_, true) ? 1 : 0;
    }
    enter(State::Playing);
    keep_alive_in(keep_alive_interval(host_.settings()));
    hold_down();
    check_links();
    follow_watching();
}

// Who links pads as they come, or a little later, has had the time.
void Supervisor::check_links() {
    constexpr std::chrono::seconds kTime{1};
    loop_.cancel_timer(link_timer_);
    link_timer_ = loop_.start_timer(rtspcore::monotonic_now() + kTime, [this] {
        link_timer_ = 0;
        const std::string pads = outputs_.going_nowhere();
        if (!pads.empty() && !std::exchange(untaken_told_, true))
            host_.untaken(pads);
    });
}

bool Supervisor::is_wanted() const {
    const bool is_watched =
        std::any_of(watchers_.begin(), watchers_.end(), [](const auto &output) { return output.second.viewers > 0; });
    return is_watched || !host_.settings().on_demand;
}

void Supervisor::set_watched(unsigned output, const rtspsink::Watchers &watchers) {
    loop_.post([this, output, watchers] {
        watchers_[output] = watchers;
        follow_proxies();
        follow_watching();
    });
}

void Supervisor::follow_watching() {
    const State state = status().state;
    if (is_wanted())
        loop_.cancel_timer(std::exchange(close_timer_, 0));
    if (is_wanted() && state == State::Idle)
        resume();
    if (is_wanted() || state != State::Playing || close_timer_ != 0)
        return;
    const milliseconds time(host_.settings().close_after);
    close_timer_ = loop_.start_timer(rtspcore::monotonic_now() + time, [this] {
        close_timer_ = 0;
        go_idle();
    });
}

void Supervisor::go_idle(Failure failure) {
    disconnect();
    loop_.cancel_timer(std::exchange(timer_, 0));
    outputs_.set_away();
    enter(State::Idle, std::move(failure));
}

// Of all outputs the one with the most proxies behind it.
void Supervisor::follow_proxies() {
    std::string most;
    for (const auto &[output, watchers] : watchers_)
        if (rtspcore::rtsp::proxies_in(watchers.via).size() > rtspcore::rtsp::proxies_in(most).size())
            most = watchers.via;
    std::string via = rtspcore::rtsp::via_with(most, host_.name);
    const bool is_news = via != *via_->lock();
    *via_->lock() = std::move(via);
    // A circle is found sooner.
    if (is_news && upstream_)
        upstream_->keep_alive();
}

// rtspsrc 1.22 sends none over TCP as long as media comes.
void Supervisor::keep_alive_in(Duration wait) {
    keep_alive_timer_ = loop_.start_timer(rtspcore::monotonic_now() + wait, [this, wait] {
        keep_alive_timer_ = 0;
        upstream_->keep_alive();
        keep_alive_in(wait);
    });
}

// Viewers who come and go do not make it insist where it failed.
void Supervisor::resume() {
    const Duration wait = not_before_ - rtspcore::monotonic_now();
    if (wait <= Duration())
        return connect_in_turn(server());
    enter(State::Waiting, {}, wait);
    connect_in(wait);
}

// Nothing streams meanwhile, so that what is told stands behind all packets.
void Supervisor::begin_gap() {
    if (std::exchange(streams_, false) && host_.settings().on_gap == OnGap::Close)
        outputs_.tell_away();
}

// Trials go on beside what plays, so that nobody waits for a better location that is not there.
void Supervisor::hold_down() {
    const unsigned time = host_.settings().hold_down;
    if (plan_->current().location == 0 || time == 0)
        return;
    trial_timer_ = loop_.start_timer(rtspcore::monotonic_now() + milliseconds(time), [this] {
        trial_timer_ = 0;
        try_better(0);
    });
}

// A trial that is under way goes on.
void Supervisor::follow_hold_down() {
    loop_.post([this] {
        if (status().state != State::Playing || trial_)
            return;
        loop_.cancel_timer(std::exchange(trial_timer_, 0));
        hold_down();
    });
}

void Supervisor::try_better(size_t location) {
    end_trial();
    if (location >= plan_->current().location) {
        hold_down();
        return;
    }
    GST_DEBUG_OBJECT(host_.element, "is %s there again?", masked(sources_[location].url).c_str());
    const uint64_t number = ++trial_number_;
    const RtspsrcConfig config = config_for(plan_->at(location));
    trial_ = std::make_unique<Trial>(config, [this, number, location](bool has_media) {
        loop_.post([this, number, location, has_media] {
            if (number == trial_number_)
                on_trial(location, has_media);
        });
    });
    trial_timer_ = loop_.start_timer(rtspcore::monotonic_now() + milliseconds(config.timeout), [this, location] {
        trial_timer_ = 0;
        on_trial(location, false);
    });
    trial_->start();
}

void Supervisor::on_trial(size_t location, bool has_media) {
    if (!has_media) {
        try_better(location + 1);
        return;
    }
    plan_->go_to(location);
    connect();
}

void Supervisor::end_trial() {
    ++trial_number_;
    loop_.cancel_timer(std::exchange(trial_timer_, 0));
    trial_.reset();
}

void Supervisor::on_failed(uint64_t attempt, Failure failure) {
    if (attempt != attempt_)
        return;
    disconnect();
    failure = failure_at(sources_[plan_->current().location].url, std::move(failure));
    const auto step = plan_->failed(loop_.now(), failure.reason, described_);
    not_before_ = loop_.now() + step.wait;
    if (!is_wanted())
        return go_idle(std::move(failure));
    // Another location or transport, tried at once, may have it.
    if (step.wait > Duration())
        begin_gap();
    if (step.round_over && host_.settings().on_failure != OnFailure::Retry) {
        give_up(failure);
        return;
    }
    enter(State::Waiting, std::move(failure), step.wait);
    connect_in(step.wait);
}

void Supervisor::give_up(const Failure &failure) {
    loop_.cancel_timer(std::exchange(timer_, 0));
    begin_gap();
    enter(State::Failed, failure);
    host_.gave_up(failure);
}

}  // namespace rtspproxy
