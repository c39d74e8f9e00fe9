// What charts of the console are drawn with, and no more of the library. Loaded by Chart alone, when there is something to draw.
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

register([LineChart, GridComponent, MarkAreaComponent, TooltipComponent, CanvasRenderer]);

export { init };
