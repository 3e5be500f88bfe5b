using System.Numerics;

namespace Sparseland.Space.Worlds.Lights;

/// <summary>
/// The triangles of all instances that send out light, drawn by their power. Curved shapes are not among them: their light is found by the paths that run into them.
/// </summary>
internal sealed class EmitterSet
{
    private readonly List<(Vector3 A, Vector3 AB, Vector3 AC, Vector3 Normal, Vector3 Radiance, float Density)> _triangles = [];
    private readonly float[] _upTo;
    private readonly float[] _densities;

    public EmitterSet(IReadOnlyList<Instance> instances)
    {
        _densities = new float[instances.Count];
        var powers = new List<double>();
        for (var i = 0; i < instances.Count; i++)
            if (instances[i] is { Material.IsEmissive: true, Shape.Faces: not null })
                Add(instances[i], powers);
        var total = powers.Sum();
        _upTo = new float[powers.Count];
        var sum = 0.0;
        for (var i = 0; i < powers.Count; i++)
            _upTo[i] = (float)((sum += powers[i]) / total);
        for (var i = 0; i < instances.Count && total > 0; i++)
            if (instances[i] is { Material.IsEmissive: true, Shape.Faces: not null })
                _densities[i] = (float)(Luminance.Of(instances[i].Material.Emission) / total);
        for (var i = 0; i < _triangles.Count; i++)
            _triangles[i] = _triangles[i] with { Density = (float)(Luminance.Of(_triangles[i].Radiance) / total) };
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _triangles.Count == 0;

    /// <summary>The density, by area, with which a point of an instance is drawn; 0 for what is no emitter of this set.</summary>
    public float Density(int instance) => _densities[instance];

    /// <summary>Draws a point.</summary>
    public LightSample Draw(float u, float v)
    {
        var index = Array.BinarySearch(_upTo, u);
        index = Math.Min(index < 0 ? ~index : index + 1, _upTo.Length - 1);
        var before = index == 0 ? 0 : _upTo[index - 1];
        var within = Math.Clamp((u - before) / MathF.Max(_upTo[index] - before, 1e-12f), 0, 1);
        var t = _triangles[index];
        // Uniform in the triangle: the square root folds the square onto it.
        var root = MathF.Sqrt(within);
        return new(t.A + root * ((1 - v) * t.AB + v * t.AC), t.Normal, t.Radiance, t.Density);
    }

    private void Add(Instance instance, List<double> powers)
    {
        var faces = instance.Shape.Faces!;
        for (var i = 0; i < faces.TriangleCount; i++)
        {
            var (a, b, c) = faces.Corners(i);
            var normal = faces.AreaNormal(i);
            var corner = Vector3.Transform(a, instance.Transform);
            var (ab, ac) = (Vector3.Transform(b, instance.Transform) - corner, Vector3.Transform(c, instance.Transform) - corner);
            var area = 0.5 * Vector3.Cross(ab, ac).Length();
            if (!(area > 0) || normal == default)
                continue;
            powers.Add(area * Luminance.Of(instance.Material.Emission));
            _triangles.Add((corner, ab, ac, instance.NormalToWorld(normal), instance.Material.Emission, 0));
        }
    }
}
