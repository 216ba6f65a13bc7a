// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <cstdlib>
#include <initializer_list>

#undef fail  // of libcheck; the standard library has a use for the name

namespace rtspcore::test {

// Runs the test cases as one suite; the value for main() to return. libcheck forks each test unless CK_FORK=no.
inline int run_suite(const char *name, std::initializer_list<const TTest *> tests) {
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 60);
    for (const TTest *test : tests)
        tcase_add_test(cases, test);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace rtspcore::test
