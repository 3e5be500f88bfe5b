using System.Numerics;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Surfaces;

/// <summary>Makes a mesh of what an extraction leaves: drops triangles that were given up (a corner of -1) and vertices that no triangle uses.</summary>
internal static class SurfaceMesh
{
    public static TriangleMesh Compact(Vector3[] positions, int[] triangles)
    {
        var numbers = new int[positions.Length];
        var kept = 0;
        for (var i = 0; i < triangles.Length; i += 3)
        {
            if (triangles[i] < 0 || triangles[i + 1] < 0 || triangles[i + 2] < 0)
                continue;
            for (var corner = 0; corner < 3; corner++)
            {
                numbers[triangles[i + corner]] = 1;
                triangles[kept++] = triangles[i + corner];
            }
        }
        var used = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] == 0)
                continue;
            positions[used] = positions[i];
            numbers[i] = used++;
        }
        for (var i = 0; i < kept; i++)
            triangles[i] = numbers[triangles[i]];
        return new(positions[..used], triangles[..kept]);
    }
}
