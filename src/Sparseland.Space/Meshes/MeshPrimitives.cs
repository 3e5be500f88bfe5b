using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes;

/// <summary>Meshes of simple bodies and sheets around the origin, z up, seen from outside counter-clockwise. Closed ones are watertight: every edge has two triangles of opposite sense.</summary>
public static partial class MeshPrimitives
{
    /// <summary>A sphere of nearly equal triangles: an icosahedron whose triangles are divided into four, 20 x 4^subdivisions in all. Its vertices lie on the sphere.</summary>
    /// <param name="radius">Above 0, in metres.</param>
    /// <param name="subdivisions">0 to 9.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Icosphere(float radius = 1, int subdivisions = 3)
    {
        RequireLength(radius, "the radius of a sphere");
        RequireCount(subdivisions, 0, 9, "the subdivisions of a sphere");
        var golden = (1 + MathF.Sqrt(5)) / 2;
        List<Vector3> positions =
        [
            new(-1, golden, 0), new(1, golden, 0), new(-1, -golden, 0), new(1, -golden, 0), new(0, -1, golden), new(0, 1, golden),
            new(0, -1, -golden), new(0, 1, -golden), new(golden, 0, -1), new(golden, 0, 1), new(-golden, 0, -1), new(-golden, 0, 1),
        ];
        int[] triangles =
        [
            0, 11, 5, 0, 5, 1, 0, 1, 7, 0, 7, 10, 0, 10, 11, 1, 5, 9, 5, 11, 4, 11, 10, 2, 10, 7, 6, 7, 1, 8,
            3, 9, 4, 3, 4, 2, 3, 2, 6, 3, 6, 8, 3, 8, 9, 4, 9, 5, 2, 4, 11, 6, 2, 10, 8, 6, 7, 9, 8, 1,
        ];
        for (var level = 0; level < subdivisions; level++)
            triangles = Quartered(positions, triangles);
        return new([.. positions.Select(position => radius * Vector3.Normalize(position))], triangles);
    }

    /// <summary>A sphere of meridians and parallels, with poles on the z axis.</summary>
    /// <param name="radius">Above 0, in metres.</param>
    /// <param name="segments">Meridians, 3 to 4096.</param>
    /// <param name="rings">Bands between the poles, 2 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh UvSphere(float radius = 1, int segments = 32, int rings = 16)
    {
        RequireLength(radius, "the radius of a sphere");
        RequireCount(segments, 3, 4096, "the segments of a sphere");
        RequireCount(rings, 2, 4096, "the rings of a sphere");
        var sheet = new Sheet();
        var south = sheet.Add(new(0, 0, -radius));
        var first = sheet.AddGrid(segments, rings - 1, wrapColumns: true, wrapRows: false, (column, row) => OnSphere(radius, column, segments, MathF.PI * (row + 1) / rings));
        var north = sheet.Add(new(0, 0, radius));
        sheet.Close(first, segments, south, below: true);
        sheet.Close(first + segments * (rings - 2), segments, north, below: false);
        return sheet.ToMesh();
    }

    /// <summary>The upper half of a sphere, open at its equator, which is its only border.</summary>
    /// <param name="radius">Above 0, in metres.</param>
    /// <param name="segments">Meridians, 3 to 4096.</param>
    /// <param name="rings">Bands between equator and pole, 1 to 4096.</param>
    /// <exception cref="InvalidSettingException">A value is out of range.</exception>
    public static TriangleMesh Hemisphere(float radius = 1, int segments = 32, int rings = 8)
    {
        RequireLength(radius, "the radius of a hemisphere");
        RequireCount(segments, 3, 4096, "the segments of a hemisphere");
        RequireCount(rings, 1, 4096, "the rings of a hemisphere");
        var sheet = new Sheet();
        var first = sheet.AddGrid(segments, rings, wrapColumns: true, wrapRows: false, (column, row) => OnSphere(radius, column, segments, MathF.PI / 2 * (1 + (float)row / rings)));
        sheet.Close(first + segments * (rings - 1), segments, sheet.Add(new(0, 0, radius)), below: false);
        return sheet.ToMesh();
    }

    /// <summary>A box along the axes, two triangles a side.</summary>
    /// <param name="minimum">The lower corner, in metres.</param>
    /// <param name="maximum">The upper one, above it on every axis.</param>
    /// <exception cref="InvalidSettingException">The upper corner is not above the lower one.</exception>
    public static TriangleMesh Box(Vector3 minimum, Vector3 maximum)
    {
        if (!(minimum.X < maximum.X && minimum.Y < maximum.Y && minimum.Z < maximum.Z))
            throw new InvalidSettingException($"a box from {minimum} to {maximum}; the second corner must be above the first one on every axis");
        var positions = new Vector3[8];
        for (var i = 0; i < 8; i++)
            positions[i] = new((i & 1) == 0 ? minimum.X : maximum.X, (i & 2) == 0 ? minimum.Y : maximum.Y, (i & 4) == 0 ? minimum.Z : maximum.Z);
        return new(positions, [0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5]);
    }

    /// <summary>A regular tetrahedron with a vertex on the z axis above.</summary>
    /// <param name="radius">From its middle to a vertex, above 0, in metres.</param>
    /// <exception cref="InvalidSettingException">The radius is out of range.</exception>
    public static TriangleMesh Tetrahedron(float radius = 1)
    {
        RequireLength(radius, "the radius of a tetrahedron");
        var (ring, low) = (radius * MathF.Sqrt(8) / 3, -radius / 3);
        return new([new(0, 0, radius), new(ring, 0, low), new(-ring / 2, ring * MathF.Sqrt(3) / 2, low), new(-ring / 2, -ring * MathF.Sqrt(3) / 2, low)], [0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2]);
    }

    // Angle zero is the south pole, pi the north pole; exact at the equator and the poles' axis.
    private static Vector3 OnSphere(float radius, int column, int segments, float angle)
    {
        var (sine, cosine) = MathF.SinCos(angle);
        var (y, x) = MathF.SinCos(2 * MathF.PI * column / segments);
        return radius * new Vector3(sine * x, sine * y, -cosine);
    }

    private static int[] Quartered(List<Vector3> positions, int[] triangles)
    {
        var middles = new Dictionary<(int, int), int>();
        int Middle(int a, int b)
        {
            var key = (Math.Min(a, b), Math.Max(a, b));
            if (!middles.TryGetValue(key, out var middle))
            {
                middle = positions.Count;
                middles.Add(key, middle);
                positions.Add(Vector3.Normalize(Vector3.Normalize(positions[a]) + Vector3.Normalize(positions[b])));
            }
            return middle;
        }
        var result = new List<int>(4 * triangles.Length);
        for (var i = 0; i < triangles.Length; i += 3)
        {
            var (a, b, c) = (triangles[i], triangles[i + 1], triangles[i + 2]);
            var (ab, bc, ca) = (Middle(a, b), Middle(b, c), Middle(c, a));
            result.AddRange([a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca]);
        }
        return [.. result];
    }

    private static void RequireLength(float length, string what)
    {
        if (!(length > 0 && float.IsFinite(length)))
            throw new InvalidSettingException($"{what} is {length}; it must be above 0 and finite");
    }

    private static void RequireCount(int count, int least, int most, string what)
    {
        if (count < least || count > most)
            throw new InvalidSettingException($"{what} are {count}; {least} to {most} are possible");
    }
}
