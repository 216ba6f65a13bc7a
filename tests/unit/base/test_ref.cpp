// SPDX-License-Identifier: LGPL-2.1-or-later
#include <type_traits>
#include <utility>

#include "base/ref.h"
#include "support/check_suite.h"

using namespace rtspcore;

namespace {

// How many hold a reference to a mini object, besides what is asked about.
int references(GstCaps *caps) {
    return GST_MINI_OBJECT_REFCOUNT_VALUE(caps);
}

static_assert(!std::is_convertible_v<GstCaps *, Ref<GstCaps>>, "a call must say whether it adopts or shares");
static_assert(std::is_nothrow_move_constructible_v<Ref<GstCaps>>, "or containers copy instead of moving");

START_TEST(test_adopt_takes_the_reference_over) {
    GstCaps *caps = gst_caps_new_empty_simple("video/x-h264");
    gst_caps_ref(caps);
    {
        const auto ref = Ref<GstCaps>::adopt(caps);
        ck_assert_ptr_eq(ref.get(), caps);
        ck_assert_int_eq(references(caps), 2);
    }
    ck_assert_int_eq(references(caps), 1);
    gst_caps_unref(caps);
}
END_TEST

START_TEST(test_share_adds_a_reference) {
    const auto owner = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("video/x-h264"));
    {
        const auto other = Ref<GstCaps>::share(owner.get());
        ck_assert_int_eq(references(owner.get()), 2);
        ck_assert_ptr_eq(other.get(), owner.get());
    }
    ck_assert_int_eq(references(owner.get()), 1);
}
END_TEST

START_TEST(test_sink_takes_a_floating_object_over) {
    auto pad = Ref<GstPad>::sink(gst_pad_new("pad", GST_PAD_SRC));
    ck_assert(!g_object_is_floating(pad.get()));
    ck_assert_int_eq(GST_OBJECT_REFCOUNT_VALUE(pad.get()), 1);
    gpointer watched = pad.get();
    g_object_add_weak_pointer(G_OBJECT(pad.get()), &watched);
    pad = {};
    ck_assert_msg(!watched, "the last reference frees it");
}
END_TEST

START_TEST(test_copy_counts_and_move_does_not) {
    auto first = Ref<GstCaps>::adopt(gst_caps_new_any());
    GstCaps *caps = first.get();
    const auto second = first;
    ck_assert_int_eq(references(caps), 2);
    const auto third = std::move(first);
    ck_assert_int_eq(references(caps), 2);
    ck_assert(!first);  // NOLINT(bugprone-use-after-move): a moved-from reference is empty
    ck_assert(third);
}
END_TEST

START_TEST(test_assignment_releases_what_was_held) {
    const auto old_caps = Ref<GstCaps>::adopt(gst_caps_new_any());
    auto ref = old_caps;
    ck_assert_int_eq(references(old_caps.get()), 2);
    ref = Ref<GstCaps>::adopt(gst_caps_new_empty());
    ck_assert_int_eq(references(old_caps.get()), 1);
    auto &alias = ref;
    ref = alias;
    ck_assert_int_eq(references(ref.get()), 1);
}
END_TEST

START_TEST(test_release_hands_the_reference_out) {
    auto ref = Ref<GstCaps>::adopt(gst_caps_new_any());
    GstCaps *caps = ref.release();
    ck_assert(!ref);
    ck_assert_int_eq(references(caps), 1);
    gst_caps_unref(caps);
}
END_TEST

START_TEST(test_null_is_empty_however_it_comes) {
    ck_assert(!Ref<GstCaps>());
    ck_assert(!Ref<GstCaps>::adopt(nullptr));
    ck_assert(!Ref<GstCaps>::share(nullptr));
    ck_assert(!Ref<GstPad>::sink(nullptr));
}
END_TEST

}  // namespace

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("ref", {test_adopt_takes_the_reference_over, test_share_adds_a_reference,
                                   test_sink_takes_a_floating_object_over, test_copy_counts_and_move_does_not,
                                   test_assignment_releases_what_was_held, test_release_hands_the_reference_out,
                                   test_null_is_empty_however_it_comes});
}
