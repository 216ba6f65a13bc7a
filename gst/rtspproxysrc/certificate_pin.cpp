// SPDX-License-Identifier: LGPL-2.1-or-later
#include "certificate_pin.h"

namespace {

constexpr size_t kDigits = 64;

}  // namespace

// A property would say what is pinned to whoever asks; a member does not.
struct GstRtspProxyCertificatePin {
    GTlsDatabase parent;
    gchar *fingerprint;
};
struct GstRtspProxyCertificatePinClass {
    GTlsDatabaseClass parent;
};

static GType gst_rtsp_proxy_certificate_pin_get_type();
G_DEFINE_TYPE(GstRtspProxyCertificatePin, gst_rtsp_proxy_certificate_pin, G_TYPE_TLS_DATABASE)

static GstRtspProxyCertificatePin *pin_of(gpointer object) {
    return static_cast<GstRtspProxyCertificatePin *>(object);
}

// NOLINTNEXTLINE(readability-function-size): the parameters are GLib's
static GTlsCertificateFlags gst_rtsp_proxy_certificate_pin_verify_chain(GTlsDatabase *self, GTlsCertificate *chain,
                                                                        const gchar *, GSocketConnectable *,
                                                                        GTlsInteraction *, GTlsDatabaseVerifyFlags,
                                                                        GCancellable *, GError **) {
    const bool is_it = rtspproxy::fingerprint_of(chain) == pin_of(self)->fingerprint;
    return is_it ? static_cast<GTlsCertificateFlags>(0) : G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void gst_rtsp_proxy_certificate_pin_finalize(GObject *object) {
    g_free(pin_of(object)->fingerprint);
    G_OBJECT_CLASS(gst_rtsp_proxy_certificate_pin_parent_class)->finalize(object);
}

static void gst_rtsp_proxy_certificate_pin_class_init(GstRtspProxyCertificatePinClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = gst_rtsp_proxy_certificate_pin_finalize;
    G_TLS_DATABASE_CLASS(klass)->verify_chain = gst_rtsp_proxy_certificate_pin_verify_chain;
}

static void gst_rtsp_proxy_certificate_pin_init(GstRtspProxyCertificatePin *) {}

namespace rtspproxy {

std::optional<std::string> parse_fingerprint(std::string_view text) {
    std::string digits;
    for (const char character : text) {
        if (g_ascii_isxdigit(character))
            digits += g_ascii_tolower(character);
        else if (character != ':' || digits.size() % 2 != 0)
            return std::nullopt;
    }
    return digits.size() == kDigits ? std::optional(digits) : std::nullopt;
}

std::string fingerprint_of(GTlsCertificate *certificate) {
    GByteArray *der = nullptr;
    g_object_get(certificate, "certificate", &der, nullptr);
    if (!der)
        return {};
    gchar *digits = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der->data, der->len);
    g_byte_array_unref(der);
    std::string fingerprint = digits;
    g_free(digits);
    return fingerprint;
}

GTlsDatabase *make_certificate_pin(const std::string &fingerprint) {
    auto *pin = pin_of(g_object_new(gst_rtsp_proxy_certificate_pin_get_type(), nullptr));
    pin->fingerprint = g_strdup(fingerprint.c_str());
    return &pin->parent;
}

}  // namespace rtspproxy
