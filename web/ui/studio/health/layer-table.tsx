import type { LayerHealth } from '../../../client/send-health.js';
import { bitrate } from '../../format/quantity.js';
import './layer-table.css';

const limits: Readonly<Record<string, string>> = {
  none: 'none',
  cpu: 'this computer',
  bandwidth: 'upload',
  other: 'other',
};

/** The simulcast layers and audio being sent, best layer first. */
export function LayerTable({
  layers,
  audioBitrateBps,
}: {
  layers: readonly LayerHealth[];
  audioBitrateBps: number;
}) {
  return (
    <table class="layers figures">
      <caption>Now sending</caption>
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Frames</th>
          <th scope="col">Bitrate</th>
          <th scope="col">Limited by</th>
        </tr>
      </thead>
      <tbody>
        {layers.toReversed().map((layer) => (
          <tr key={layer.layer}>
            <th scope="row">{layer.height > 0 ? `${layer.width} × ${layer.height}` : 'Paused'}</th>
            <td>{Math.round(layer.framesPerSecond)}</td>
            <td>{bitrate(layer.bitrateBps)}</td>
            <td>{limits[layer.qualityLimitation] ?? layer.qualityLimitation}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">Audio</th>
          <td>–</td>
          <td>{bitrate(audioBitrateBps)}</td>
          <td>–</td>
        </tr>
      </tbody>
    </table>
  );
}
