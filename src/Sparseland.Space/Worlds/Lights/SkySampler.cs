using System.Numerics;

namespace Sparseland.Space.Worlds.Lights;

/// <summary>Draws directions of the sky by their brightness: a table of patches of equal solid angle, and beside it the sun.</summary>
internal sealed class SkySampler
{
    private const int LeastColumns = 64, LeastRows = 32;

    // Patches are as bright as their brightest corner; a little is spread over all, so that what lies between the corners is found too.
    private const float Everywhere = 0.02f;

    private readonly Sky _sky;
    private readonly Vector3 _sun;
    private readonly int _columns, _rows;
    private readonly float[] _upTo;
    private readonly float[] _density;
    private readonly float _sunShare, _sunDensity;

    public SkySampler(Sky sky)
    {
        _sky = sky;
        _columns = Math.Max(LeastColumns, sky.Map?.Width ?? 0);
        _rows = Math.Max(LeastRows, sky.Map?.Height ?? 0);
        (_upTo, _density) = (new float[_columns * _rows], new float[_columns * _rows]);
        var sum = 0.0;
        for (var row = 0; row < _rows; row++)
        {
            for (var column = 0; column < _columns; column++)
                sum += _density[row * _columns + column] = Brightest(row, column);
        }
        var gradientPower = sum * 4 * Math.PI / _density.Length;
        if (sky.SunRadiance != default)
        {
            _sun = Vector3.Normalize(sky.SunDirection);
            var solidAngle = Math.PI * sky.SunChordSquared;
            var sunPower = solidAngle * Luminance.Of(sky.SunRadiance);
            _sunShare = gradientPower > 0 ? (float)Math.Clamp(sunPower / (sunPower + gradientPower), 0.1, 0.9) : 1;
            _sunDensity = _sunShare / (float)solidAngle;
        }
        Accumulate(sum);
    }

    /// <summary>Draws a direction.</summary>
    public LightSample Draw(float u, float v)
    {
        Vector3 direction;
        if (u < _sunShare)
        {
            var chordSquared = u / _sunShare * _sky.SunChordSquared;
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * v);
            var radius = MathF.Sqrt(chordSquared * (1 - 0.25f * chordSquared));
            direction = new Tracing.TangentFrame(_sun).ToWorld(new(radius * cosine, radius * sine, 1 - 0.5f * chordSquared));
        }
        else
        {
            u = (u - _sunShare) / (1 - _sunShare);
            var patch = Array.BinarySearch(_upTo, u);
            patch = Math.Min(patch < 0 ? ~patch : patch + 1, _upTo.Length - 1);
            var before = patch == 0 ? 0 : _upTo[patch - 1];
            var within = Math.Clamp((u - before) / MathF.Max(_upTo[patch] - before, 1e-12f), 0, 1);
            var (row, column) = Math.DivRem(patch, _columns);
            direction = Direction((row + v) / _rows, (column + within) / _columns);
        }
        direction = Vector3.Normalize(direction);
        return new(direction, default, _sky.Radiance(direction), Density(direction));
    }

    /// <summary>The density of a direction by solid angle.</summary>
    public float Density(Vector3 direction)
    {
        var around = MathF.Atan2(direction.Y, direction.X) * (0.5f / MathF.PI);
        var column = Math.Clamp((int)((around - MathF.Floor(around)) * _columns), 0, _columns - 1);
        var row = Math.Clamp((int)(0.5f * (1 - direction.Z) * _rows), 0, _rows - 1);
        var density = (1 - _sunShare) * _density[row * _columns + column];
        return _sky.IsSun(direction) ? density + _sunDensity : density;
    }

    // Rows are even in z: patches have equal solid angles (Archimedes).
    private static Vector3 Direction(float down, float around)
    {
        var z = 1 - 2 * down;
        var radius = MathF.Sqrt(MathF.Max(0, 1 - z * z));
        var (sine, cosine) = MathF.SinCos(2 * MathF.PI * around);
        return new(radius * cosine, radius * sine, z);
    }

    private float Brightest(int row, int column)
    {
        var most = 0f;
        for (var i = 0; i < 9; i++)
            most = MathF.Max(most, Luminance.Of(_sky.Gradient(Direction((row + 0.02f + 0.48f * (i % 3)) / _rows, (column + 0.02f + 0.48f * (i / 3)) / _columns))));
        return most;
    }

    private void Accumulate(double sum)
    {
        var upTo = 0.0;
        for (var i = 0; i < _density.Length; i++)
        {
            var share = sum > 0 ? (1 - Everywhere) * _density[i] / sum + Everywhere / _density.Length : 1.0 / _density.Length;
            _upTo[i] = (float)(upTo += share);
            _density[i] = (float)(share * _density.Length / (4 * Math.PI));
        }
    }
}
