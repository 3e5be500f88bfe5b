using System.Numerics;
using Sparseland.Chance;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

/// <summary>Points, meshes and fields for the tests of octrees.</summary>
internal static class Scenes
{
    /// <summary>Points in clusters, some of them equal, some on a plane.</summary>
    public static Vector3[] Points(int count, ulong seed)
    {
        var random = new RandomStream(seed, "points");
        var points = new Vector3[count];
        for (var i = 0; i < count; i++)
        {
            points[i] = random.NextInt(8) switch
            {
                0 when i > 0 => points[random.NextInt(i)],
                1 => new((float)random.NextDouble(), 0.5f, (float)random.NextDouble()),
                _ => new Vector3((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal()) * 0.2f + new Vector3(random.NextInt(3), random.NextInt(2), 7),
            };
        }
        return points;
    }

    /// <summary>Random triangles, some small, some long, some without area.</summary>
    public static (Vector3[] Vertices, int[] Triangles) Mesh(int count, ulong seed)
    {
        var random = new RandomStream(seed, "mesh");
        var vertices = new Vector3[3 * count];
        for (var i = 0; i < count; i++)
        {
            var size = MathF.Pow(2, -random.NextInt(6));
            var start = Next(1);
            vertices[3 * i] = start;
            vertices[3 * i + 1] = start + Next(size);
            vertices[3 * i + 2] = random.NextInt(4) switch { 0 => start, 1 => (start + vertices[3 * i + 1]) / 2, _ => start + Next(size) };
        }
        return (vertices, Enumerable.Range(0, 3 * count).ToArray());

        Vector3 Next(float size) => new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble()) * size;
    }

    /// <summary>The distance to a sphere.</summary>
    public readonly struct Sphere(Vector3 centre, float radius) : IDistanceField
    {
        public float Distance(Vector3 point) => Vector3.Distance(point, centre) - radius;
    }

    /// <summary>A field that is not a number beyond a plane.</summary>
    public readonly struct Broken : IDistanceField
    {
        public float Distance(Vector3 point) => point.X > 0.8f ? float.NaN : point.Y - 0.5f;
    }
}
