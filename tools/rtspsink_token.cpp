// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the tokens of signed URLs (docs/authentication.md). The key comes from a file or the environment: what stands
// on a command line, everybody on the machine can read.
#include <glib.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "rtsp/ascii.h"
#include "server/access/token.h"

namespace {

using rtspcore::server::access::kShortestTokenKey;
using rtspcore::server::access::make_token;
using rtspcore::server::access::MappingPattern;

constexpr const char *kKeyVariable = "RTSPSINK_TOKEN_KEY";

struct Options {
    gchar *key_file = nullptr;
    gchar *mapping = nullptr;
    gchar *url = nullptr;
    gint seconds = 3600;
    gint64 until = 0;
};

[[noreturn]] void fail(const std::string &why) {
    std::fprintf(stderr, "rtspsink-token: %s\n", why.c_str());
    std::exit(EXIT_FAILURE);
}

void read_options(Options &options, int argc, char **argv) {
    const GOptionEntry entries[] = {
        {"key-file", 'k', 0, G_OPTION_ARG_FILENAME, &options.key_file,
         "File with the key, one of the property token-keys (instead of the environment's RTSPSINK_TOKEN_KEY)", "FILE"},
        {"mapping", 'm', 0, G_OPTION_ARG_STRING, &options.mapping,
         "What may be viewed: a path with * for any characters and ? for one", "PATH"},
        {"url", 'u', 0, G_OPTION_ARG_STRING, &options.url, "Print this URL with the token behind it", "URL"},
        {"for", 'f', 0, G_OPTION_ARG_INT, &options.seconds, "Seconds from now on (3600 if not said)", "SECONDS"},
        {"until", 't', 0, G_OPTION_ARG_INT64, &options.until, "Seconds since 1970, instead of --for", "SECONDS"},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    const std::unique_ptr<GOptionContext, decltype(&g_option_context_free)> context(
        g_option_context_new("- makes a signed URL for rtspsink"), g_option_context_free);
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    GError *error = nullptr;
    if (!g_option_context_parse(context.get(), &argc, &argv, &error))
        fail(error->message);
    if (argc > 1)
        fail("expected options only; see --help");
}

std::string read_key(const Options &options) {
    std::string key;
    if (options.key_file) {
        gchar *text = nullptr;
        GError *error = nullptr;
        if (!g_file_get_contents(options.key_file, &text, nullptr, &error))
            fail(error->message);
        key = g_strstrip(text);
        g_free(text);
    } else if (const char *value = std::getenv(kKeyVariable)) {
        key = value;
    } else {
        fail("no key: use --key-file FILE, or set RTSPSINK_TOKEN_KEY");
    }
    if (key.size() < kShortestTokenKey || key.find(',') != std::string::npos)
        fail("the key has to be 16 characters or more, without commas; make one with: openssl rand -hex 32");
    return key;
}

}  // namespace

int main(int argc, char **argv) {
    Options options;
    read_options(options, argc, argv);
    const std::string key = read_key(options);
    const auto mappings = options.mapping ? MappingPattern::parse(options.mapping) : std::nullopt;
    if (!mappings)
        fail("--mapping takes a path, such as /cam1 or '/cam*'");
    if (options.seconds <= 0 || options.until < 0)
        fail("--for takes seconds from now on, --until takes seconds since 1970");
    const auto now = std::chrono::floor<std::chrono::seconds>(rtspcore::wall_now());
    const auto expires = options.until > 0 ? rtspcore::WallTime(std::chrono::seconds(options.until))
                                           : rtspcore::WallTime(now + std::chrono::seconds(options.seconds));
    const std::string token = make_token(key, *mappings, expires);
    const std::string url = options.url ? options.url : "";
    const char *joint = url.empty() ? "" : url.find('?') == std::string::npos ? "?token=" : "&token=";
    std::printf("%s%s%s\n", url.c_str(), joint, token.c_str());
    return EXIT_SUCCESS;
}
