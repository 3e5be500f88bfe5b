using System.Globalization;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Meshes;
using Sparseland.Testing;

namespace Sparseland.Space.Tests;

/// <summary>Meshes for tests: exact shapes, soups, and the bunny.</summary>
internal static class TestMeshes
{
    public static TriangleMesh Cube { get; } = new(
        [.. Enumerable.Range(0, 8).Select(i => new Vector3(i & 1, (i >> 1) & 1, i >> 2))],
        [0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5]);

    /// <summary>A sphere of radius one, closed, of 2 * around * (rings - 1) triangles.</summary>
    public static TriangleMesh Sphere(int rings, int around)
    {
        var positions = new List<Vector3> { Vector3.UnitZ };
        for (var ring = 1; ring < rings; ring++)
        {
            var (sin, cos) = MathF.SinCos(MathF.PI * ring / rings);
            for (var i = 0; i < around; i++)
            {
                var (sine, cosine) = MathF.SinCos(2 * MathF.PI * i / around);
                positions.Add(new(sin * cosine, sin * sine, cos));
            }
        }
        positions.Add(-Vector3.UnitZ);
        int At(int ring, int i) => ring == 0 ? 0 : ring == rings ? positions.Count - 1 : 1 + (ring - 1) * around + i % around;
        var triangles = new List<int>();
        for (var ring = 0; ring < rings; ring++)
        {
            for (var i = 0; i < around; i++)
            {
                if (ring < rings - 1)
                    triangles.AddRange([At(ring, i), At(ring + 1, i), At(ring + 1, i + 1)]);
                if (ring > 0)
                    triangles.AddRange([At(ring, i), At(ring + 1, i + 1), At(ring, i + 1)]);
            }
        }
        return new([.. positions], [.. triangles]);
    }

    /// <summary>Random triangles in the unit cube; every fifth is a point, a line or a sliver, and some are listed twice.</summary>
    public static TriangleMesh Soup(int count, float size, ulong seed)
    {
        var random = new RandomStream(seed, "soup");
        var (positions, triangles) = (new Vector3[3 * count], new int[3 * count]);
        for (var i = 0; i < count; i++)
        {
            var place = Point(random, 1);
            var (a, b, c) = (place + Point(random, size), place + Point(random, size), place + Point(random, size));
            if (i % 5 == 0)
                (b, c) = (i % 4) switch { 0 => (a, a), 1 => (b, a), 2 => (b, a + 0.25f * (b - a)), _ => (b, Vector3.Lerp(a, b, 0.5f) + new Vector3(1e-7f)) };
            (positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]) = (a, b, c);
            for (var corner = 0; corner < 3; corner++)
                triangles[3 * i + corner] = i % 7 == 6 ? triangles[3 * (i - 1) + corner] : 3 * i + corner;
        }
        return new(positions, triangles);
    }

    public static Vector3 Point(RandomStream random, float size) => size * new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());

    /// <summary>The Stanford bunny, or a skip.</summary>
    public static TriangleMesh Bunny() => Classic("stanford-bunny");

    /// <summary>One of the classic meshes, or a skip.</summary>
    public static TriangleMesh Classic(string name) => Read(TestData.Require($"meshes/classic/{name}.obj"));

    private static TriangleMesh Read(string path)
    {
        var (positions, triangles) = (new List<Vector3>(), new List<int>());
        foreach (var line in File.ReadLines(path))
        {
            var words = line.Split((char[])[' '], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4)
                continue;
            if (words[0] == "v")
                positions.Add(new(float.Parse(words[1], CultureInfo.InvariantCulture), float.Parse(words[2], CultureInfo.InvariantCulture), float.Parse(words[3], CultureInfo.InvariantCulture)));
            else if (words[0] == "f")
            {
                var corners = words[1..].Select(word => int.Parse(word.Split('/')[0], CultureInfo.InvariantCulture) - 1).ToArray();
                for (var i = 2; i < corners.Length; i++)
                    triangles.AddRange([corners[0], corners[i - 1], corners[i]]);
            }
        }
        return new([.. positions], [.. triangles]);
    }
}
