// The routes of the server: health, version, metrics, discovery, OpenAPI.
//
// Thread safety: called while the server is set up.
#pragma once

#include "discovery/discovery.h"
#include "health/health.h"
#include "openapi/openapi.h"
#include "server/route.h"

namespace kubus::apiserver {

void add_health_routes(Routes& routes, const Health& health);
void add_discovery_routes(Routes& routes, const Discovery& discovery);
void add_openapi_routes(Routes& routes, const OpenApi& openapi);

}  // namespace kubus::apiserver
