// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/status.h"

#include <algorithm>
#include <iterator>

namespace rtspcore::rtsp {
namespace {

struct Phrase {
    Status status;
    const char *text;
};

constexpr Phrase kPhrases[] = {
    {Status::Ok, "OK"},
    {Status::BadRequest, "Bad Request"},
    {Status::Unauthorized, "Unauthorized"},
    {Status::Forbidden, "Forbidden"},
    {Status::NotFound, "Not Found"},
    {Status::MethodNotAllowed, "Method Not Allowed"},
    {Status::NotAcceptable, "Not Acceptable"},
    {Status::RequestTimeout, "Request Time-out"},
    {Status::RequestEntityTooLarge, "Request Entity Too Large"},
    {Status::RequestUriTooLong, "Request-URI Too Large"},
    {Status::UnsupportedMediaType, "Unsupported Media Type"},
    {Status::ParameterNotUnderstood, "Parameter Not Understood"},
    {Status::NotEnoughBandwidth, "Not Enough Bandwidth"},
    {Status::SessionNotFound, "Session Not Found"},
    {Status::MethodNotValidInThisState, "Method Not Valid in This State"},
    {Status::HeaderFieldNotValid, "Header Field Not Valid for Resource"},
    {Status::InvalidRange, "Invalid Range"},
    {Status::AggregateOperationNotAllowed, "Aggregate Operation Not Allowed"},
    {Status::OnlyAggregateOperationAllowed, "Only Aggregate Operation Allowed"},
    {Status::UnsupportedTransport, "Unsupported Transport"},
    {Status::KeyManagementFailure, "Key Management Failure"},
    {Status::InternalServerError, "Internal Server Error"},
    {Status::NotImplemented, "Not Implemented"},
    {Status::ServiceUnavailable, "Service Unavailable"},
    {Status::RtspVersionNotSupported, "RTSP Version Not Supported"},
    {Status::LoopDetected, "Loop Detected"},
    {Status::OptionNotSupported, "Option Not Supported"},
};

}  // namespace

const char *reason_phrase(Status status) {
    const auto *found = std::find_if(std::begin(kPhrases), std::end(kPhrases),
                                     [status](const Phrase &phrase) { return phrase.status == status; });
    return found == std::end(kPhrases) ? "Unknown" : found->text;
}

}  // namespace rtspcore::rtsp
