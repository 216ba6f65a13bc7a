// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace rtspcore::rtsp {

// RFC 2326 section 7.1.1, with the codes of HTTP that it inherits.
enum class Status : int {
    Ok = 200,
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    NotAcceptable = 406,
    RequestTimeout = 408,
    RequestEntityTooLarge = 413,
    RequestUriTooLong = 414,
    UnsupportedMediaType = 415,
    ParameterNotUnderstood = 451,
    NotEnoughBandwidth = 453,
    SessionNotFound = 454,
    MethodNotValidInThisState = 455,
    HeaderFieldNotValid = 456,
    InvalidRange = 457,
    AggregateOperationNotAllowed = 459,
    OnlyAggregateOperationAllowed = 460,
    UnsupportedTransport = 461,
    KeyManagementFailure = 463,  // RFC 4567 section 4.2
    InternalServerError = 500,
    NotImplemented = 501,
    ServiceUnavailable = 503,
    RtspVersionNotSupported = 505,
    LoopDetected = 508,  // RFC 5842 section 7.2
    OptionNotSupported = 551,
};

// The reason phrase of the RFC, e.g. "Session Not Found". Safe.
const char *reason_phrase(Status status);

}  // namespace rtspcore::rtsp
