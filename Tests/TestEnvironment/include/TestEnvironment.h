#pragma once
// Nothing to call: see TestEnvironment.c.
