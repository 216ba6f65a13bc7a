// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <gst/rtsp/rtsp.h>

#include <functional>
#include <string>

#include "base/ref.h"
#include "failure.h"

namespace rtspproxy {

// What an rtspsrc is made with. Plain values.
struct RtspsrcConfig {
    std::string url;  // secret, as far as it has a password
    std::string user_id;
    std::string user_pw;  // secret
    GstRTSPLowerTrans transports = GST_RTSP_LOWER_TRANS_UNKNOWN;
    rtspcore::Ref<GTlsDatabase> tls_database;
    GTlsCertificateFlags tls_validation_flags = G_TLS_CERTIFICATE_VALIDATE_ALL;
    unsigned latency = 0;                      // ms
    unsigned timeout = 0;                      // ms, of our own watchdog
    std::function<std::string()> via;          // of each request (RFC 2326 section 12.43); safe
    std::function<void()> insisted;            // it would have repeated what was refused; told on its thread
    std::function<void(GstElement *)> set_up;  // has the last word
};

// Floating. Null if there is no such element.
GstElement *make_rtspsrc(const RtspsrcConfig &config);
Failure rtspsrc_missing();

// What an error message tells; nothing of any other message.
Failure failure_in(GstMessage *message);

}  // namespace rtspproxy
