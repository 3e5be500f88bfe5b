using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Space.Omnitrees;

/// <summary>Bodies of boxes as meshes.</summary>
public static class ShapeBoxes
{
    // The corners of a face, counter-clockwise seen from outside: bits 0, 1, 2 of a number are the upper sides in x, y, z.
    private static readonly int[] Faces = [0, 4, 6, 2, 1, 3, 7, 5, 0, 1, 5, 4, 2, 6, 7, 3, 0, 2, 3, 1, 4, 5, 7, 6];

    /// <summary>The full boxes of a body in three dimensions, each of eight vertices and twelve triangles.</summary>
    /// <param name="shape">The body.</param>
    /// <param name="centre">Where the middle of the unit cube shall be, in metres.</param>
    /// <param name="extent">The side of the unit cube, in metres, above 0.</param>
    /// <exception cref="MismatchException">The body is not of three dimensions.</exception>
    /// <exception cref="ResourceLimitException">It has more boxes than a mesh can have.</exception>
    public static TriangleMesh ToMesh(OmnitreeShape shape, Vector3 centre, float extent)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(extent);
        if (shape.Dimensions != 3)
            throw new MismatchException($"a body of {shape.Dimensions} dimensions as a mesh; it must have three: take a slice first");
        if (shape.OccupiedCount > int.MaxValue / (Faces.Length * 2))
            throw new ResourceLimitException($"{shape.OccupiedCount} full boxes as a mesh; at most {int.MaxValue / (Faces.Length * 2)} are possible");
        var positions = new List<Vector3>(8 * shape.OccupiedCount);
        var triangles = new List<int>(36 * shape.OccupiedCount);
        var box = 0;
        foreach (var location in shape.Tree.Boxes())
        {
            if (!shape.IsOccupied(box++))
                continue;
            for (var face = 0; face < Faces.Length; face += 4)
                triangles.AddRange([positions.Count + Faces[face], positions.Count + Faces[face + 1], positions.Count + Faces[face + 2], positions.Count + Faces[face], positions.Count + Faces[face + 2], positions.Count + Faces[face + 3]]);
            for (var corner = 0; corner < 8; corner++)
            {
                double Side(int axis) => (((corner >> axis) & 1) == 0 ? location.Minimum(axis) : location.Maximum(axis)) - 0.5;
                positions.Add(centre + extent * new Vector3((float)Side(0), (float)Side(1), (float)Side(2)));
            }
        }
        return new([.. positions], [.. triangles]);
    }
}
