using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.LightFields;

/// <summary>
/// Draws pixels of a light field: opacities of the first voxels of all rays as one batch, then of the next ones for rays that still let light through, and at last colours of those samples alone that
/// show. Opacities do not depend on the direction and need only the first layer, so most of the work is done for what is seen.
/// </summary>
internal sealed class RenderTile
{
    /// <summary>Pixels of a tile.</summary>
    public const int Rays = 128;

    // Voxels asked before rays are looked at again.
    private const int VoxelsPerRound = 2;

    // A ray ends when this share of its light is left.
    private const float Opaque = 0.01f;

    // A sample that adds less than this to a ray's colour gets none.
    private const float Invisible = 1e-3f;

    private readonly SparseLightField _field;
    private readonly NetworkTile _network;
    private readonly RayCrossing[] _crossings;
    private readonly int[] _crossingCounts = new int[Rays];
    private readonly Vector3[] _directions = new Vector3[Rays];
    private readonly float[] _remaining = new float[Rays];
    private readonly float[] _distances = new float[Rays];
    private readonly Vector3[] _colours = new Vector3[Rays];
    private readonly int[] _rayOf;
    private readonly int[] _crossingOf;
    private readonly float[] _weights;

    public RenderTile(SparseLightField field)
    {
        _field = field;
        var capacity = Rays * field.Options.VoxelsPerRay;
        _network = new NetworkTile(field.Network, capacity, withGradient: false);
        _crossings = new RayCrossing[capacity];
        _rayOf = new int[capacity];
        _crossingOf = new int[capacity];
        _weights = new float[capacity];
    }

    public void Render(PixelTile pixels)
    {
        var voxels = _field.Options.VoxelsPerRay;
        var origin = pixels.Camera.Position;
        for (var ray = 0; ray < pixels.Count; ray++)
        {
            _directions[ray] = pixels.Direction(ray);
            _crossingCounts[ray] = _field.Crossings(origin, _directions[ray], _crossings.AsSpan(ray * voxels, voxels));
            (_remaining[ray], _distances[ray], _colours[ray]) = (1, 0, Vector3.Zero);
            pixels.HitRays += _crossingCounts[ray] > 0 ? 1 : 0;
        }
        var samples = 0;
        for (var round = 0; round < voxels; round += VoxelsPerRound)
        {
            var next = Gather(origin, pixels.Count, round, samples);
            if (next == samples)
                break;
            _network.FindOpacities(samples, next - samples);
            Compose(samples, next);
            samples = next;
        }
        pixels.Queries += samples;
        AddColours(samples);
        for (var ray = 0; ray < pixels.Count; ray++)
            pixels.Set(ray, _colours[ray] + _remaining[ray] * _field.Background, _distances[ray], _remaining[ray]);
    }

    // The inputs of the next voxels of every ray that still lets light through.
    private int Gather(Vector3 origin, int rays, int round, int next)
    {
        var voxels = _field.Options.VoxelsPerRay;
        for (var ray = 0; ray < rays; ray++)
        {
            if (_remaining[ray] < Opaque)
                continue;
            for (var k = round; k < Math.Min(round + VoxelsPerRound, _crossingCounts[ray]); k++)
            {
                var crossing = _crossings[ray * voxels + k];
                _field.WriteInput(crossing.Leaf, origin + crossing.Entry * _directions[ray], origin + crossing.Exit * _directions[ray], _network.Input.Matrix.Row(next));
                (_rayOf[next], _crossingOf[next]) = (ray, ray * voxels + k);
                next++;
            }
        }
        return next;
    }

    // Samples of a ray lie one after another, front to back.
    private void Compose(int first, int end)
    {
        var opacities = _network.Opacities.Span;
        for (var sample = first; sample < end; sample++)
        {
            var ray = _rayOf[sample];
            var crossing = _crossings[_crossingOf[sample]];
            _weights[sample] = _remaining[ray] * opacities[sample];
            _distances[ray] += _weights[sample] * 0.5f * (crossing.Entry + crossing.Exit);
            _remaining[ray] -= _weights[sample];
        }
    }

    // Rows of what shows move together, each to a place before its own; then directions, and one batch of colours.
    private void AddColours(int samples)
    {
        var hidden = _field.Network.Hidden;
        var joined = _network.Joined.Matrix;
        var shown = 0;
        for (var sample = 0; sample < samples; sample++)
        {
            if (_weights[sample] < Invisible)
                continue;
            var row = joined.Row(shown);
            if (shown < sample)
                joined.Row(sample)[..hidden].CopyTo(row);
            SphericalHarmonics.Evaluate(_directions[_rayOf[sample]], row[hidden..]);
            (_weights[shown], _rayOf[shown]) = (_weights[sample], _rayOf[sample]);
            shown++;
        }
        if (shown == 0)
            return;
        _network.FindColours(shown);
        var colours = MemoryMarshal.Cast<float, Vector3>(_network.Colours.Span);
        for (var sample = 0; sample < shown; sample++)
            _colours[_rayOf[sample]] += _weights[sample] * colours[sample];
    }
}
