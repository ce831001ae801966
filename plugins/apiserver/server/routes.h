// The routes of the server: health, version, metrics, discovery, OpenAPI, fairness.
//
// Thread safety: called while the server is set up.
#pragma once

#include "aggregation/describer.h"
#include "custom/catalog.h"
#include "fairness/fairness.h"
#include "health/health.h"
#include "server/route.h"

namespace kubus::apiserver {

// What goes on in the priority levels.
void add_fairness_routes(Routes& routes, const fairness::Fairness& fairness);
// Health, version and metrics, those about what is in the cache as well.
void add_health_routes(Routes& routes, const Health& health, const ClusterCache& cache);
// Both answer with what is served at the time; discovery has the index of paths as well.
void add_discovery_routes(Routes& routes, const KindCatalog& kinds, const Health& health);
void add_openapi_routes(Routes& routes, const KindCatalog& kinds,
                        const aggregation::Describer& others);

}  // namespace kubus::apiserver
