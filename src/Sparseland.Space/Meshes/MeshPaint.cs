using System.Numerics;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Space.Meshes;

/// <summary>Carries colours from one mesh to another.</summary>
public static class MeshPaint
{
    private const int VerticesPerPart = 256;

    /// <summary>A mesh with the colours that another one has at the nearest points.</summary>
    /// <param name="mesh">The mesh to paint, whose own colours are left away.</param>
    /// <param name="source">The hierarchy of a mesh with colours; of one without, the mesh comes back as it is.</param>
    public static TriangleMesh FromNearest(TriangleMesh mesh, Bvh source)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(source);
        if (source.Mesh.Colours is null || source.Mesh.TriangleCount == 0)
            return mesh;
        var colours = new Vector3[mesh.VertexCount];
        WorkerPool.Run((colours.Length + VerticesPerPart - 1) / VerticesPerPart, new Paint(mesh, source, colours));
        return new(mesh.Positions, mesh.Triangles, colours);
    }

    /// <summary>The colour in a triangle of a mesh that has colours.</summary>
    internal static Vector3 At(TriangleMesh mesh, int triangle, float u, float v)
    {
        var colours = mesh.Colours!;
        return (1 - u - v) * colours[mesh.Triangles[3 * triangle]] + u * colours[mesh.Triangles[3 * triangle + 1]] + v * colours[mesh.Triangles[3 * triangle + 2]];
    }

    private readonly struct Paint(TriangleMesh mesh, Bvh source, Vector3[] colours) : IParallelWork
    {
        public void Run(int part)
        {
            for (var i = part * VerticesPerPart; i < Math.Min(colours.Length, (part + 1) * VerticesPerPart); i++)
            {
                var nearest = source.Closest(mesh.Positions[i]);
                colours[i] = At(source.Mesh, nearest.Triangle, nearest.U, nearest.V);
            }
        }
    }
}
