using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Chance;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>
/// A few rays through a radiance field: coarse samples in equal intervals, fine ones where those have their weight, all of them composed in order. Distances inside count in half sides of the scene's cube.
/// </summary>
internal sealed class NerfTile
{
    // Densities begin near 0.3, so that a ray through all of the cube is half clear.
    private const float Shift = -1;

    private readonly NerfOptions _options;
    private readonly Cube _cube;
    private readonly NerfSamples _samples;
    private readonly (Vector3 Origin, Vector3 Direction, float From, float To)[] _rays;
    private readonly int _perRay;
    private readonly float[] _places;
    private readonly float[] _sorted;
    private readonly int[] _order;
    private readonly float[] _widths;
    private readonly float[] _opacities;
    private readonly float[] _transmittances;
    private readonly Vector3[] _colours;
    private readonly float[] _opacityGradients;
    private readonly Vector3[] _colourGradients;
    private readonly float[] _encodedDirection;

    public NerfTile(NerfNetwork network, NerfOptions options, Cube cube, int rays, bool withGradient)
    {
        (_options, _cube) = (options, cube);
        _perRay = options.CoarseSamples + options.FineSamples;
        _samples = new NerfSamples(network, rays * _perRay, withGradient);
        _rays = new (Vector3, Vector3, float, float)[rays];
        _places = new float[rays * _perRay];
        _sorted = new float[rays * _perRay];
        _order = new int[rays * _perRay];
        _widths = new float[_perRay];
        _opacities = new float[rays * _perRay];
        _transmittances = new float[rays * _perRay];
        _colours = new Vector3[rays * _perRay];
        _opacityGradients = new float[_perRay];
        _colourGradients = new Vector3[_perRay];
        _encodedDirection = new float[network.DirectionColumns];
    }

    /// <summary>Rays that fit.</summary>
    public int Capacity => _rays.Length;

    /// <summary>Samples of a ray.</summary>
    public int PerRay => _perRay;

    /// <summary>Puts a ray into the tile.</summary>
    /// <returns>False when it misses the cube; then the place is still free.</returns>
    public bool Set(int ray, Vector3 origin, Vector3 direction)
    {
        var (from, to) = UniformSamples.Interval(_cube.Minimum, _cube.Maximum, origin, direction);
        _rays[ray] = (origin, direction, from, to);
        return from < to;
    }

    /// <summary>Samples the first rays; with chance within their intervals, without it in their middle.</summary>
    public void Forward(int rays, RandomStream? chance)
    {
        var (coarse, fine) = (_options.CoarseSamples, _options.FineSamples);
        for (var ray = 0; ray < rays; ray++)
        {
            var (_, direction, from, to) = _rays[ray];
            NerfNetwork.Encode(direction, _encodedDirection);
            for (var i = 0; i < coarse; i++)
                Place(ray * coarse + i, ray, from + (to - from) * (i + Offset(chance)) / coarse);
        }
        _samples.FindDensities(0, rays * coarse);
        var first = rays * coarse;
        for (var ray = 0; ray < rays; ray++)
        {
            NerfNetwork.Encode(_rays[ray].Direction, _encodedDirection);
            AddFine(ray, first + ray * fine, chance);
        }
        if (fine > 0)
            _samples.FindDensities(first, rays * fine);
        _samples.FindColours(rays * _perRay);
        for (var ray = 0; ray < rays; ray++)
            Sort(ray, rays);
    }

    /// <summary>Composes a sampled ray.</summary>
    /// <returns>The colour, the expected distance in metres, and the share of light from the background.</returns>
    public (Vector3 Colour, float Distance, float Background) Compose(int ray, Vector3 background)
    {
        var start = ray * _perRay;
        Widths(ray);
        for (var i = 0; i < _perRay; i++)
        {
            var sample = _order[start + i];
            _opacities[start + i] = 1 - MathF.Exp(-Density(sample) * _widths[i]);
            _colours[start + i] = MemoryMarshal.Cast<float, Vector3>(_samples.Colours.Span)[sample];
        }
        return Compositing.Forward(_opacities.AsSpan(start, _perRay), _colours.AsSpan(start, _perRay), _sorted.AsSpan(start, _perRay), background, _transmittances.AsSpan(start, _perRay));
    }

    /// <summary>Writes the gradients of a composed ray's samples.</summary>
    public void Learn(int ray, Vector3 background, Vector3 colourGradient)
    {
        var start = ray * _perRay;
        Widths(ray);
        var opacities = _opacities.AsSpan(start, _perRay);
        Compositing.Backward(opacities, _colours.AsSpan(start, _perRay), _sorted.AsSpan(start, _perRay), background, _transmittances.AsSpan(start, _perRay), colourGradient, 0, _opacityGradients, _colourGradients);
        var densityGradients = _samples.DensityGradients.Span;
        var colourGradients = MemoryMarshal.Cast<float, Vector3>(_samples.ColourGradients.Span);
        for (var i = 0; i < _perRay; i++)
        {
            var sample = _order[start + i];
            var colour = _colours[start + i];
            colourGradients[sample] = _colourGradients[i] * colour * (Vector3.One - colour);
            // d opacity / d density = width (1 - opacity), and the activation's slope is a sigmoid.
            densityGradients[sample] = _opacityGradients[i] * _widths[i] * (1 - opacities[i]) / (1 + MathF.Exp(-(_samples.Densities.Span[sample] + Shift)));
        }
    }

    /// <summary>Adds the gradients of the layers.</summary>
    public void Backward(int rays, DenseGradient[] gradients) => _samples.Backward(rays * _perRay, gradients);

    // Places between intervals drawn by the coarse samples' weights: the inverse of their sum, in equal or random steps.
    private void AddFine(int ray, int first, RandomStream? chance)
    {
        var (coarse, fine) = (_options.CoarseSamples, _options.FineSamples);
        var (_, _, from, to) = _rays[ray];
        Span<float> sums = stackalloc float[coarse + 1];
        var (width, remaining) = ((to - from) / coarse, 1f);
        for (var i = 0; i < coarse; i++)
        {
            var opacity = 1 - MathF.Exp(-Density(ray * coarse + i) * width * 2 / _cube.Size);
            // A little everywhere, so that a ray that meets nothing is sampled evenly.
            sums[i + 1] = sums[i] + remaining * opacity + 1e-4f;
            remaining *= 1 - opacity;
        }
        var interval = 0;
        for (var j = 0; j < fine; j++)
        {
            var wanted = (j + Offset(chance)) / fine * sums[coarse];
            while (interval < coarse - 1 && sums[interval + 1] <= wanted)
                interval++;
            var share = Math.Clamp((wanted - sums[interval]) / (sums[interval + 1] - sums[interval]), 0, 1);
            Place(first + j, ray, from + (interval + share) * width);
        }
    }

    private void Place(int sample, int ray, float distance)
    {
        var (origin, direction, _, _) = _rays[ray];
        _places[sample] = distance;
        var point = 2 / _cube.Size * (origin + distance * direction - _cube.Minimum) - Vector3.One;
        NerfNetwork.Encode(point, _samples.Encoded.Matrix.Row(sample));
        _encodedDirection.CopyTo(_samples.Direction(sample));
    }

    // Coarse and fine samples of a ray by rising distance; both rise already.
    private void Sort(int ray, int rays)
    {
        var (coarse, fine) = (_options.CoarseSamples, _options.FineSamples);
        var (a, b) = (ray * coarse, rays * coarse + ray * fine);
        var (endA, endB) = (a + coarse, b + fine);
        for (var at = ray * _perRay; at < (ray + 1) * _perRay; at++)
        {
            _order[at] = b == endB || (a < endA && _places[a] <= _places[b]) ? a++ : b++;
            _sorted[at] = _places[_order[at]];
        }
    }

    private void Widths(int ray)
    {
        var start = ray * _perRay;
        for (var i = 0; i < _perRay; i++)
            _widths[i] = 2 / _cube.Size * ((i + 1 < _perRay ? _sorted[start + i + 1] : _rays[ray].To) - _sorted[start + i]);
    }

    private float Density(int sample)
    {
        var value = _samples.Densities.Span[sample] + Shift;
        return value > 20 ? value : MathF.Log(1 + MathF.Exp(value));
    }

    private static float Offset(RandomStream? chance) => chance is null ? 0.5f : (float)chance.NextDouble();
}
