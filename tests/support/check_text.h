// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <string>
#include <string_view>

namespace rtspcore::test {

// ck_assert_str_eq() for texts that are temporary, or have NUL in them.
inline void assert_text(const std::string &text, std::string_view expected) {
    ck_assert_msg(text == expected, "expected \"%.*s\", came \"%s\"", static_cast<int>(expected.size()),
                  expected.data(), text.c_str());
}

}  // namespace rtspcore::test
