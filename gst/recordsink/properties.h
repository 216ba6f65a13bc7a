// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <span>

#include "settings.h"

namespace recordsink {

// A property of the element that is nothing but a setting. The table is immutable.
struct Property {
    GParamSpec *(*spec)();
    void (*set)(Settings &settings, const GValue *value);
    void (*get)(const Settings &settings, GValue *value);
};

// Their order gives the property ids, from 1.
std::span<const Property> properties();

}  // namespace recordsink
