// The map of the world: country outlines of Natural Earth (public domain), by way of the package world-atlas. Loaded when a map is drawn.
import { MapChart } from 'echarts/charts';
import { GeoComponent, TooltipComponent, VisualMapPiecewiseComponent } from 'echarts/components';
import { init, registerMap, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import { alpha2Of } from './countries';

register([MapChart, GeoComponent, TooltipComponent, VisualMapPiecewiseComponent, CanvasRenderer]);

const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const countries = feature(topology, topology.objects.countries);
const shown = countries.features
  .map((country) => ({ ...country, properties: { name: alpha2Of(String(country.id ?? '')) ?? (country.properties.name === 'Kosovo' ? 'XK' : country.properties.name) } }))
  .filter((country) => country.properties.name !== 'AQ');
registerMap('world', { ...countries, features: shown } as never);

export { init };
