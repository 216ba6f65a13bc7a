// SPDX-License-Identifier: LGPL-2.1-or-later
#include "problem.h"

#include <gst/pbutils/pbutils.h>

#include <memory>

#include "log.h"
#include "shared_port.h"

namespace rtspsink {

using rtspcore::server::ServerConfig;
using rtspcore::server::ServerError;

namespace {

std::string in_quotes(std::string_view text) {
    return "'" + std::string(text) + "'";
}

std::string full_text(const GstCaps *caps) {
    const std::unique_ptr<gchar, decltype(&g_free)> text(gst_caps_to_string(caps), g_free);
    return text.get();
}

// What tells one format from another; the rest goes to the debug string.
constexpr const char *kTelling[] = {"mpegversion", "layer",   "systemstream",  "stream-format", "layout",
                                    "bitrate",     "format",  "rate",          "channels",      "packetsize",
                                    "media",       "payload", "encoding-name", "clock-rate",    "profile"};

std::string text_of(const GstCaps *caps) {
    if (gst_caps_get_size(caps) != 1)
        return full_text(caps);
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    auto brief = Ref<GstCaps>::adopt(gst_caps_new_empty_simple(gst_structure_get_name(structure)));
    for (const char *field : kTelling)
        if (const GValue *value = gst_structure_get_value(structure, field))
            gst_caps_set_value(brief.get(), field, value);
    return full_text(brief.get());
}

std::string port_text(const ServerConfig &config) {
    return "service=" + std::to_string(config.port);
}

Problem permission_denied(const ServerConfig &config) {
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
            "Property 'service': this process may not use port " + std::to_string(config.port) +
                ", as it is below 1024. Use service=8554, or grant the capability: "
                "setcap cap_net_bind_service=+ep on the program."};
}

// "Property 'auth'", "Properties 'auth', 'deny'".
std::string names_of(const std::vector<std::string> &properties) {
    std::string names = properties.size() > 1 ? "Properties " : "Property ";
    for (const std::string &property : properties)
        names += (&property == &properties.front() ? "" : ", ") + in_quotes(property);
    return names;
}

Problem shared_access(const ServerConfig &config, const std::optional<ServerConfig> &in_force) {
    const auto different = in_force ? different_access(config.access, in_force->access) : std::vector<std::string>();
    return {
        GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        (different.empty() ? "Properties of access" : names_of(different)) + ": port " + std::to_string(config.port) +
            " is served by another element of this process already, with other rules, which the viewers of this one "
            "would be let in by. Set the same on both, leave those of access out here, use the pads' property 'auth', "
            "or another 'service'."};
}

bool is_any(const std::string &address) {
    return address.empty() || address == "0.0.0.0" || address == "::";
}

Problem port_taken(const ServerConfig &config, const std::optional<ServerConfig> &in_force, const std::string &reason) {
    const std::string port = "Property 'service': port " + std::to_string(config.port);
    const auto where = [](const std::string &address) { return address.empty() ? "all addresses" : address; };
    if (in_force && (is_any(in_force->address) || is_any(config.address)))
        return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
                port + " is served by another rtspsink of this process already, at " + where(in_force->address) +
                    ", and this one is set to " + where(config.address) +
                    ". Set the same property 'address' on both to share the port, or another 'service'."};
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
            port +
                " is in use by another program. Choose another one, or service=0 for any that is free, which the "
                "property 'bound-port' tells (gst-launch-1.0 -v prints it)" +
                reason + "."};
}

}  // namespace

Problem bad_setting(const char *property, std::string_view value, std::string_view fix) {
    return {
        GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        std::string("Property '") + property + "': " + in_quotes(value) + " cannot be used: " + std::string(fix) + "."};
}

Problem bad_secret(const char *property, std::string_view fix) {
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
            std::string("Property '") + property + "' cannot be used: " + std::string(fix) + "."};
}

Problem cannot_open(const ServerConfig &config, const rtspcore::Failure<ServerError> &failure,
                    const std::optional<ServerConfig> &in_force) {
    const std::string reason = failure.message.empty() ? "" : " (" + failure.message + ")";
    switch (failure.code) {
        case ServerError::PermissionDenied:
            return permission_denied(config);
        case ServerError::PortTaken:
            return port_taken(config, in_force, reason);
        case ServerError::BadAddress:
            return bad_setting("address", config.address,
                               "use a numeric IPv4 or IPv6 address of this machine" + reason);
        case ServerError::AddressNotAvailable:
            return bad_setting("address", config.address,
                               "no interface of this machine has it; leave it out to serve on all" + reason);
        case ServerError::NoUdpPorts:
            return bad_setting("udp-ports",
                               std::to_string(config.udp_ports.min) + "-" + std::to_string(config.udp_ports.max),
                               "too few of them are free; widen the range, or set protocols=tcp" + reason);
        case ServerError::BadCertificate:
            return bad_setting("tls-certificate", config.tls.files.certificate, failure.message);
        case ServerError::BadKey:
            if (config.tls.files.key.empty())
                return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                        "Property 'tls-key' is not set, and " + failure.message + ": set tls-key=FILE.pem."};
            return bad_setting("tls-key", config.tls.files.key, failure.message);
        case ServerError::BadClientCa:
            return bad_setting("tls-client-ca", config.tls.files.client_ca, failure.message);
        case ServerError::TlsPortNotAvailable:
            return bad_setting("tls-service", std::to_string(config.tls.port.value_or(0)),
                               "choose a port that is free, 8322 for example" + reason);
        case ServerError::SecuredOtherwise:
            return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "Property 'service': another rtspsink of this process serves port " + std::to_string(config.port) +
                        " with other TLS or SRTP settings. Give both the same ones, or another port."};
        case ServerError::BadUsersFile:
            return bad_setting("auth-file", config.access.users_file,
                               "its lines are user:realm:digest as htdigest writes them, for the realm '" +
                                   config.access.realm + "' (property 'auth-realm')" + reason);
        case ServerError::SharedAccess:
            return shared_access(config, in_force);
        case ServerError::System:
            break;
    }
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
            "Cannot serve with " + port_text(config) + reason + "."};
}

Problem path_taken(std::string_view path) {
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
            "Mapping " + in_quotes(path) +
                " is served by another element on the same port already. Give this one another mapping, in its caps "
                "or with the property 'mapping', or another port."};
}

Problem bad_mapping(std::string_view where, std::string_view value, std::string_view why) {
    return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
            "Mapping " + in_quotes(value) + " (" + std::string(where) + ") is no path (" + std::string(why) +
                "). Use one like /stream1."};
}

Problem caps_missing() {
    return {GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
            "Data came without caps, so nothing is known about it. Put a demuxer, a parser, or a capsfilter with the "
            "right caps in front."};
}

Problem caps_unsupported(const GstCaps *caps, std::string_view advice) {
    return {GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
            "There is no way to serve " + text_of(caps) + ". " + std::string(advice), full_text(caps)};
}

Problem caps_refused(const GstCaps *caps, std::string_view by) {
    return {GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
            std::string(by) + " does not take " + text_of(caps) + ". Convert it to what `gst-inspect-1.0 " +
                std::string(by) + "` lists, or choose another one with the pad's property 'payloader'.",
            full_text(caps)};
}

Problem rtp_caps_incomplete(const GstCaps *caps) {
    return {GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
            "Caps " + text_of(caps) +
                " do not tell what the packets are. They need media, clock-rate, encoding-name and payload.",
            full_text(caps)};
}

Problem payloader_missing(std::string_view factory) {
    return bad_setting("payloader", factory, "no element of that name is installed; leave it out to have one found");
}

Problem payloader_of_another_medium(const GstCaps *caps, std::string_view factory) {
    return bad_setting("payloader", factory, "it does not take " + text_of(caps) + "; leave it out to have one found");
}

Problem element_missing(GstElement *element, const GstCaps *caps, std::string_view factory, std::string_view package) {
    return {GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
            "No element " + in_quotes(factory) + ", which " + text_of(caps) + " needs. Install " +
                std::string(package) + ".",
            full_text(caps),
            Ref<GstMessage>::adopt(gst_missing_element_message_new(element, std::string(factory).c_str()))};
}

Problem no_parser(const GstCaps *caps, std::string_view package) {
    return {GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
            "No parser for " + text_of(caps) + " is installed. Install " + std::string(package) + ".", full_text(caps)};
}

Problem chain_failed(std::string_view factory) {
    return {GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "Element " + in_quotes(factory) + " did not start."};
}

std::string overruled_setting(const char *property, std::string_view wanted, std::string_view in_force, unsigned port) {
    return std::string("Property '") + property + "': " + in_quotes(wanted) + " has no effect: port " +
           std::to_string(port) + " is served by another rtspsink of this process already, which was first and set " +
           in_quotes(in_force) + ". Set the same on both, or another 'service'.";
}

std::string late_for_server(const char *property, unsigned port) {
    return std::string("Property '") + property + "' is set too late and changes nothing: port " +
           std::to_string(port) + " is served since READY by what was set before. Set the element to NULL first.";
}

std::string late_for_mounts(const char *property) {
    return std::string("Property '") + property +
           "' is set too late and changes nothing: what was set before PAUSED counts. Set the element to READY first.";
}

std::string late_for_some_pads(const char *property, const char *pad) {
    return std::string("Property '") + property + "' is set too late for pad '" + pad +
           "', which had its caps before and stays as it is: it counts for pads whose caps come from now on. Set the "
           "element to READY first.";
}

std::string late_for_pad(const char *property, const char *pad) {
    return std::string("Property '") + property + "' of pad '" + pad +
           "' is set too late and changes nothing until other caps come: the pad has caps. Set it before they come, or "
           "set the element to READY first.";
}

void post_error(GstElement *element, const Problem &problem) {
    if (problem.missing_plugin)
        gst_element_post_message(element, Ref<GstMessage>(problem.missing_plugin).release());
    gst_element_message_full(element, GST_MESSAGE_ERROR, problem.domain, problem.code, g_strdup(problem.text.c_str()),
                             problem.details.empty() ? nullptr : g_strdup(problem.details.c_str()), __FILE__, G_STRFUNC,
                             __LINE__);
}

void post_warning(GstElement *element, const std::string &text) {
    GST_WARNING_OBJECT(element, "%s", text.c_str());
    gst_element_message_full(element, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                             g_strdup(text.c_str()), nullptr, __FILE__, G_STRFUNC, __LINE__);
}

}  // namespace rtspsink
