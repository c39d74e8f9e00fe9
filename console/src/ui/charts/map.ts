// The map of the world: country outlines of Natural Earth (public domain), by way of the package world-atlas. Loaded when a map is drawn.
import { MapChart } from 'echarts/charts';
import { GeoComponent, TooltipComponent } from 'echarts/components';
import { init, registerMap, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { feature } from 'topojson-client';
import type { Position } from 'geojson';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import { alpha2Of } from './countries';

register([MapChart, GeoComponent, TooltipComponent, CanvasRenderer]);

const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const countries = feature(topology, topology.objects.countries);

// Rings that cross the 180th meridian are drawn on beyond it, instead of back across the whole map.
function unwrap(ring: Position[]): Position[] {
  const crosses = ring.some((place, i) => i > 0 && Math.abs(place[0]! - ring[i - 1]![0]!) > 180);
  return crosses ? ring.map(([east, north]) => [east! < 0 ? east! + 360 : east!, north!]) : ring;
}

function whole(geometry: (typeof countries.features)[number]['geometry']) {
  if (geometry.type === 'Polygon') return { ...geometry, coordinates: geometry.coordinates.map(unwrap) };
  return geometry.type === 'MultiPolygon' ? { ...geometry, coordinates: geometry.coordinates.map((polygon) => polygon.map(unwrap)) } : geometry;
}

const shown = countries.features
  .map((country) => ({ ...country, geometry: whole(country.geometry), properties: { name: alpha2Of(String(country.id ?? '')) ?? (country.properties.name === 'Kosovo' ? 'XK' : country.properties.name) } }))
  .filter((country) => country.properties.name !== 'AQ');
registerMap('world', { ...countries, features: shown } as never);

export { init };
