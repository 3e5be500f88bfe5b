using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Omnitrees;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>Bodies in the unit cube with exact inside tests; bounds lie on no dyadic number, so that none is exact by luck.</summary>
internal static class Bodies
{
    private static readonly Vector3[] Corners = [new(0.5f, 0.5f, 0.95f), new(0.9f, 0.35f, 0.3f), new(0.2f, 0.85f, 0.3f), new(0.25f, 0.12f, 0.22f)];

    public static IShapeIndicator Slab { get; } = new PredicateShape(3, x => x[0] < 1 / 3.0);

    public static IShapeIndicator Tetrahedron { get; } = new PredicateShape(3, x => IsBeyond(x, 0, 1, 2, 3) && IsBeyond(x, 0, 2, 3, 1) && IsBeyond(x, 0, 3, 1, 2) && IsBeyond(x, 1, 2, 3, 0));

    /// <summary>The set of shapes, with whether parity is as much as can be asked: for those no axis favours.</summary>
    public static IReadOnlyList<(string Name, IShapeIndicator Shape, bool MayTie)> Set { get; } =
    [
        ("thin plate", new PredicateShape(3, x => Math.Abs(x[1] - 0.437) < 0.021), false),
        ("cuboid", new PredicateShape(3, x => x[0] > 0.13 && x[0] < 0.81 && x[1] > 0.29 && x[1] < 0.47 && x[2] > 0.07 && x[2] < 0.93), false),
        ("cylinder along z", new PredicateShape(3, x => Square(x[0] - 0.47) + Square(x[1] - 0.53) < Square(0.31) && x[2] > 0.11 && x[2] < 0.89), false),
        ("icosphere", new MeshBody(MeshPrimitives.Icosphere()), true),
        ("tetrahedron", Tetrahedron, false),
        ("diagonal rod", new PredicateShape(3, InRod), true),
    ];

    public static RotatingShape TurningTetrahedron { get; } = new(Tetrahedron, Corners);

    private static double Square(double x) => x * x;

    // Around the z axis turned by 45 degrees about (1, 1, 0): radius 0.05, half length 0.45.
    private static bool InRod(ReadOnlySpan<double> x)
    {
        var axis = new Vector3(0.5f, -0.5f, MathF.Sqrt(0.5f));
        var (a, b, c) = (x[0] - 0.5, x[1] - 0.5, x[2] - 0.5);
        var along = a * axis.X + b * axis.Y + c * axis.Z;
        return Math.Abs(along) < 0.45 && a * a + b * b + c * c - along * along < Square(0.05);
    }

    // Whether a point lies on the same side of three corners' plane as the fourth.
    private static bool IsBeyond(ReadOnlySpan<double> x, int a, int b, int c, int fourth)
    {
        var normal = Vector3.Cross(Corners[b] - Corners[a], Corners[c] - Corners[a]);
        var height = normal.X * (x[0] - Corners[a].X) + normal.Y * (x[1] - Corners[a].Y) + normal.Z * (x[2] - Corners[a].Z);
        return height * Vector3.Dot(normal, Corners[fourth] - Corners[a]) > 0;
    }
}
