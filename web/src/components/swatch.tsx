// One sign of the legend, drawn as the map draws it: same outline, colour, dash and width.
import icons from "../../icons.json";
import type { LegendEntry } from "../legend";

const outlines: Readonly<Record<string, string>> = icons;

export function Swatch({ entry }: { entry: LegendEntry }) {
  const outline = outlines[entry.icon];
  if (entry.mark === "line") {
    return (
      <svg class="swatch" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
        <line x1="2" y1="12" x2="34" y2="12" stroke={entry.colour} stroke-width={Math.max(1.5, entry.width)}
          stroke-dasharray={entry.dash.map((part) => part * Math.max(1.5, entry.width)).join(" ")} />
        {outline !== undefined && <Icon outline={outline} colour={entry.colour} side={14} x={11} y={5} />}
      </svg>
    );
  }
  if (entry.mark === "area") {
    return (
      <svg class="swatch" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
        <rect x="4" y="4" width="28" height="16" fill={entry.colour} fill-opacity="0.2" stroke={entry.colour}
          stroke-width="1.5" stroke-dasharray="5 3" />
      </svg>
    );
  }
  const side = Math.min(24, 22 * Math.max(0.5, entry.size));
  return (
    <svg class="swatch" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
      {outline !== undefined && (
        <Icon outline={outline} colour={entry.colour} side={side} x={18 - side / 2} y={12 - side / 2} />
      )}
    </svg>
  );
}

function Icon(props: { outline: string; colour: string; side: number; x: number; y: number }) {
  const scale = props.side / 24;
  return (
    <path d={props.outline} fill={props.colour} fill-rule="evenodd"
      transform={`translate(${props.x} ${props.y}) scale(${scale})`} />
  );
}
