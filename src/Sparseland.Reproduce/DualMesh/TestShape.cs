using System.Numerics;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>A surface that is known exactly.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Field">Its unsigned distance.</param>
/// <param name="Area">Its area, in square metres.</param>
/// <param name="IsClosed">Whether it has no border.</param>
internal sealed record TestShape(string Name, ClosestPointField Field, double Area, bool IsClosed)
{
    public const float Radius = 0.57f;

    /// <summary>No lattice plane runs through it.</summary>
    public static Vector3 Centre { get; } = new(0.013f, 0.027f, -0.031f);

    public static Box3 Box { get; } = new(new(-0.513f, -0.437f, -0.361f), new(0.507f, 0.431f, 0.377f));

    public static IReadOnlyList<TestShape> All { get; } =
    [
        new("sphere", new SphereField(Centre, Radius), 4 * Math.PI * Radius * Radius, true),
        new("torus", new TorusField(Centre, 0.5, 0.2), 4 * Math.PI * Math.PI * 0.5 * 0.2, true),
        new("box", new BoxField(Box), 2 * (Box.Extent.X * Box.Extent.Y + Box.Extent.Y * Box.Extent.Z + Box.Extent.Z * Box.Extent.X), true),
        new("hemisphere", new HemisphereField(Centre, Radius), 2 * Math.PI * Radius * Radius, false),
        new("disk", new DiskField(Centre, new Vector3(0.2f, 0.3f, 1), 0.6), Math.PI * 0.36, false),
        new("crossing squares", new CrossingPlanesField(Centre, 0.3, 0.6), 2 * 1.2 * 1.2, false),
        new("Möbius strip", new MoebiusField(Centre, 0.6, 0.2), MoebiusArea(0.6, 0.2), false),
    ];

    public static TestShape Find(string name) => All.First(shape => shape.Name == name);

    /// <summary>The shape as a fine mesh, for those that are compared with others.</summary>
    public TriangleMesh Truth() => Name == "box" ? MeshPrimitives.Box(Box.Minimum, Box.Maximum) : Moved(MeshPrimitives.Hemisphere(Radius, 512, 128));

    private static TriangleMesh Moved(TriangleMesh mesh) => new([.. mesh.Positions.Select(position => position + Centre)], mesh.Triangles);

    // The strip's area element is the root of (r + s cos(t / 2))² + s² / 4.
    private static double MoebiusArea(double radius, double halfWidth)
    {
        const int steps = 400;
        var sum = 0.0;
        for (var i = 0; i < steps; i++)
        {
            for (var j = 0; j < steps; j++)
            {
                var (angle, across) = (Math.Tau * (i + 0.5) / steps, halfWidth * (2 * (j + 0.5) / steps - 1));
                var ring = radius + across * Math.Cos(0.5 * angle);
                sum += Math.Sqrt(ring * ring + 0.25 * across * across);
            }
        }
        return sum * Math.Tau / steps * 2 * halfWidth / steps;
    }
}
