// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/transport.h"

#include <gst/rtsp/gstrtsptransport.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "rtsp/ascii.h"
#include "rtsp/parameter_list.h"

namespace rtspcore::rtsp {
namespace {

// A client names a handful; what comes after these is not what it prefers.
constexpr size_t kMostSpecs = 16;

enum class Syntax : uint8_t { Flag, Mode, Pair, Octet, Hex, Address };

struct KnownParameter {
    std::string_view name;
    Syntax syntax;
};

// What of section 12.39 means something to us. gst_rtsp_transport_parse() gets nothing else to see: it prints a warning
// for every name that it does not know, and any client could make it do so.
constexpr KnownParameter kParameters[] = {
    {"unicast", Syntax::Flag},     {"multicast", Syntax::Flag},      {"mode", Syntax::Mode},
    {"client_port", Syntax::Pair}, {"server_port", Syntax::Pair},    {"port", Syntax::Pair},
    {"ttl", Syntax::Octet},        {"interleaved", Syntax::Pair},    {"ssrc", Syntax::Hex},
    {"source", Syntax::Address},   {"destination", Syntax::Address},
};

// A specification on its way to gst_rtsp_transport_parse().
struct Draft {
    std::string text;
    std::string destination;  // that function has it in lower case
    std::string source;
    bool names_delivery = false;  // unicast or multicast
};

// Five digits at most, so that strtol(3) behind it cannot wrap round to a valid port.
bool is_short_number(std::string_view text) {
    return is_number(text) && text.size() <= 5;
}

bool is_pair(std::string_view text) {
    const size_t dash = text.find('-');
    return is_short_number(text.substr(0, dash)) &&
           (dash == std::string_view::npos || is_short_number(text.substr(dash + 1)));
}

bool is_in_mode(char c) {
    return is_token_char(c) || is_blank(c) || c == ',';
}

// Of a host name or a numeric address of any family.
bool is_in_address(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           std::string_view(".:-_%[]").find(c) != std::string_view::npos;
}

bool is_well_formed(Syntax syntax, std::string_view value) {
    switch (syntax) {
        case Syntax::Flag:
            return true;
        case Syntax::Mode:
            return std::all_of(value.begin(), value.end(), is_in_mode);
        case Syntax::Pair:
            return is_pair(value);
        case Syntax::Octet:
            return parse_number<uint8_t>(value, 10).has_value();
        case Syntax::Hex:
            return parse_number<uint32_t>(value, 16).has_value();
        case Syntax::Address:
            return std::all_of(value.begin(), value.end(), is_in_address);
    }
    return false;
}

// False when the specification cannot be understood for it.
bool add_parameter(Draft &draft, const Parameter &parameter) {
    const auto *known = std::find_if(
        std::begin(kParameters), std::end(kParameters),
        [&parameter](const KnownParameter &candidate) { return equals_ignoring_case(candidate.name, parameter.name); });
    // A bare `destination` is of the RFC's grammar and means the client itself.
    if (known == std::end(kParameters) || parameter.has_value == (known->syntax == Syntax::Flag))
        return true;
    if (!is_well_formed(known->syntax, parameter.value))
        return known->syntax == Syntax::Hex || known->syntax == Syntax::Octet;  // wishes that are not needed
    draft.names_delivery |= known->syntax == Syntax::Flag;
    if (known->name == "destination")
        draft.destination = parameter.value;
    if (known->name == "source")
        draft.source = parameter.value;
    draft.text.append(";").append(known->name);
    if (parameter.has_value)
        draft.text.append("=").append(parameter.value);
    return true;
}

std::optional<Draft> draft_spec(std::string_view text) {
    Draft draft;
    draft.text = take_part(text, ';');
    if (std::count(draft.text.begin(), draft.text.end(), '/') > 2)  // gst_rtsp_transport_parse() ignores what follows
        return std::nullopt;
    while (!text.empty())
        if (!add_parameter(draft, split_parameter(take_part(text, ';'))))
            return std::nullopt;
    return draft;
}

struct FreeTransport {
    void operator()(GstRTSPTransport *transport) const { gst_rtsp_transport_free(transport); }
};
using ParsedTransport = std::unique_ptr<GstRTSPTransport, FreeTransport>;

ParsedTransport parse_draft(const Draft &draft) {
    GstRTSPTransport *raw = nullptr;
    gst_rtsp_transport_new(&raw);
    ParsedTransport parsed(raw);
    if (gst_rtsp_transport_parse(draft.text.c_str(), raw) != GST_RTSP_OK || raw->trans != GST_RTSP_TRANS_RTP)
        return nullptr;
    return parsed;
}

// Reads a pair into `pair` if there is one; false if it is out of range. A single number stands for itself and the next
// one, as a session has RTCP (RFC 3550 section 11).
template <typename Pair>
bool read_pair(const GstRTSPRange &range, int lowest, int highest, std::optional<Pair> &pair) {
    if (range.min < 0)
        return true;
    const int second = range.max < 0 ? range.min + 1 : range.max;
    if (range.min < lowest || second < range.min || second > highest)
        return false;
    using Number = decltype(Pair::rtp);
    pair = Pair{static_cast<Number>(range.min), static_cast<Number>(second)};
    return true;
}

bool read_pairs(const GstRTSPTransport &parsed, TransportSpec &spec) {
    return read_pair(parsed.client_port, 1, 65535, spec.client_port) &&
           read_pair(parsed.server_port, 1, 65535, spec.server_port) && read_pair(parsed.port, 1, 65535, spec.port) &&
           read_pair(parsed.interleaved, 0, 255, spec.interleaved);
}

struct ProfileName {
    TransportSpec::Profile profile;
    GstRTSPProfile parsed;
    const char *name;
};

constexpr ProfileName kProfiles[] = {
    {TransportSpec::Profile::Avp, GST_RTSP_PROFILE_AVP, "AVP"},
    {TransportSpec::Profile::Avpf, GST_RTSP_PROFILE_AVPF, "AVPF"},
    {TransportSpec::Profile::Savp, GST_RTSP_PROFILE_SAVP, "SAVP"},
    {TransportSpec::Profile::Savpf, GST_RTSP_PROFILE_SAVPF, "SAVPF"},
};

bool read_profile(const GstRTSPTransport &parsed, TransportSpec &spec) {
    for (const ProfileName &known : kProfiles) {
        if (known.parsed != parsed.profile)
            continue;
        spec.profile = known.profile;
        return true;
    }
    return false;
}

TransportSpec::Lower lower_transport(const GstRTSPTransport &parsed, const Draft &draft) {
    if (parsed.lower_transport == GST_RTSP_LOWER_TRANS_TCP)
        return TransportSpec::Lower::Tcp;
    const bool is_unicast =
        draft.names_delivery ? parsed.lower_transport == GST_RTSP_LOWER_TRANS_UDP : parsed.client_port.min >= 0;
    return is_unicast ? TransportSpec::Lower::Udp : TransportSpec::Lower::UdpMulticast;
}

std::optional<TransportSpec> parse_spec(std::string_view text) {
    auto draft = draft_spec(text);
    if (!draft)
        return std::nullopt;
    const ParsedTransport parsed = parse_draft(*draft);
    TransportSpec spec;
    if (!parsed || !read_profile(*parsed, spec) || !read_pairs(*parsed, spec))
        return std::nullopt;
    spec.lower = lower_transport(*parsed, *draft);
    spec.record = parsed->mode_record;
    if (draft->text.find(";ssrc=") != std::string::npos)  // 0 is an SSRC, too
        spec.ssrc = parsed->ssrc;
    if (draft->text.find(";ttl=") != std::string::npos)
        spec.ttl = static_cast<uint8_t>(parsed->ttl);
    spec.destination = std::move(draft->destination);
    spec.source = std::move(draft->source);
    return spec;
}

template <typename Pair>
void append_pair(std::string &out, std::string_view name, const std::optional<Pair> &pair) {
    if (pair)
        out.append(";")
            .append(name)
            .append("=")
            .append(std::to_string(pair->rtp))
            .append("-")
            .append(std::to_string(pair->rtcp));
}

void append_address(std::string &out, std::string_view name, std::string_view address) {
    if (!address.empty() && std::all_of(address.begin(), address.end(), is_in_address))
        out.append(";").append(name).append("=").append(address);
}

}  // namespace

Result<std::vector<TransportSpec>, Status> parse_transports(std::string_view header) {
    header = trim(header);
    if (header.empty())
        return Failure{Status::BadRequest, std::string("Transport: expected a specification, came nothing")};
    std::vector<TransportSpec> specs;
    while (!header.empty() && specs.size() < kMostSpecs)
        if (auto spec = parse_spec(take_part(header, ',')))
            specs.push_back(*std::move(spec));
    return specs;
}

std::string to_string(const TransportSpec &spec) {
    const auto *profile = std::find_if(std::begin(kProfiles), std::end(kProfiles),
                                       [&spec](const ProfileName &known) { return known.profile == spec.profile; });
    std::string out = std::string("RTP/") + profile->name;
    out += spec.lower == TransportSpec::Lower::Tcp ? "/TCP" : "";
    out += spec.lower == TransportSpec::Lower::UdpMulticast ? ";multicast" : ";unicast";
    append_address(out, "destination", spec.destination);
    append_address(out, "source", spec.source);
    append_pair(out, "client_port", spec.client_port);
    append_pair(out, "server_port", spec.server_port);
    append_pair(out, "port", spec.port);
    if (spec.ttl)
        out.append(";ttl=").append(std::to_string(*spec.ttl));
    append_pair(out, "interleaved", spec.interleaved);
    if (spec.ssrc) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08X", *spec.ssrc);
        out.append(";ssrc=").append(digits);
    }
    return out += spec.record ? ";mode=\"RECORD\"" : ";mode=\"PLAY\"";
}

}  // namespace rtspcore::rtsp
