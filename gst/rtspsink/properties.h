// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <cstdint>
#include <span>
#include <string>

#include "settings.h"

namespace rtspsink {

// A property of the element that is nothing but a setting. The table is immutable.
struct Property {
    GParamSpec *(*spec)();
    void (*set)(Settings &settings, const GValue *value);
    void (*get)(const Settings &settings, GValue *value);  // null: not readable
};

// Until when what is set counts, by what it is made into.
enum class Scope : uint8_t { Server, Mount, Caps };

// What the server is opened with is read on the way to READY.
inline constexpr auto kUntilOpen = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

// Of a property of the table.
Scope scope_of(const GParamSpec *spec);

// Strings of GObject may be null: here that is an empty one.
std::string text(const GValue *value);
void set_text(GValue *value, const std::string &string);

// Their order gives the property ids, from 1.
std::span<const Property> properties();

}  // namespace rtspsink
