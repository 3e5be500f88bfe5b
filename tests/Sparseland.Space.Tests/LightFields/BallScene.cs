using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Views;

namespace Sparseland.Space.Tests.LightFields;

/// <summary>Two balls, coloured by the direction of their surface, with exact depths: a scene in closed form.</summary>
internal static class BallScene
{
    private static readonly (Vector3 Centre, float Radius)[] s_balls = [(new(0.1f, 0, 0), 0.6f), (new(-0.5f, 0.5f, 0.3f), 0.35f)];

    /// <summary>Views from places around the balls.</summary>
    public static ViewDataset Make(int train, int test, int size, bool withDepth = true) =>
        new([.. Enumerable.Range(0, train).Select(i => View($"train/{i}", i, train, 0, size, withDepth))], [], [.. Enumerable.Range(0, test).Select(i => View($"test/{i}", i, test, 0.37f, size, withDepth))]);

    public static PinholeCamera Camera(int index, int count, float turn, int size)
    {
        // Points of a spiral on the sphere.
        var z = 0.8f * (1 - (2 * index + 1f) / count);
        var angle = 2.399963f * index + turn;
        var radius = MathF.Sqrt(1 - z * z);
        return PinholeCamera.LookAt(size, size, 0.8f, 3 * new Vector3(radius * MathF.Cos(angle), radius * MathF.Sin(angle), z), Vector3.Zero, Vector3.UnitZ);
    }

    private static PosedView View(string name, int index, int count, float turn, int size, bool withDepth)
    {
        var camera = Camera(index, count, turn, size);
        var (colour, alpha, depth) = (new Image<Vector3>(size, size), new Image<float>(size, size), new Image<float>(size, size));
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var ray = camera.RayThrough(column, row);
                depth[column, row] = float.PositiveInfinity;
                foreach (var (centre, radius) in s_balls)
                {
                    var offset = ray.Origin - centre;
                    var (b, c) = (Vector3.Dot(offset, ray.Direction), offset.LengthSquared() - radius * radius);
                    var distance = -b - MathF.Sqrt(b * b - c);
                    if (!(distance < depth[column, row]))
                        continue;
                    depth[column, row] = distance;
                    alpha[column, row] = 1;
                    var normal = (ray.At(distance) - centre) / radius;
                    colour[column, row] = 0.5f * (normal + Vector3.One) * (0.6f + 0.4f * MathF.Sin(9 * normal.Z));
                }
            }
        }
        return new PosedView(name, camera, colour) { Alpha = alpha, Depth = withDepth ? depth : null };
    }
}
