using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Threads;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Makes triangles of quads of leaves: merged vertices in, each triangle once, only vertices that are used.</summary>
internal sealed class QuadMesh(LeafVertex[] vertices, int[] representatives, List<DualQuad> quads, DualMeshOptions options)
{
    private const int Chunk = 1024;
    private const int None = -1;

    /// <summary>Quads that gave no triangle.</summary>
    public int Dropped { get; private set; }

    /// <summary>The mesh, and what its vertices were classified as.</summary>
    public (TriangleMesh Mesh, DualVertexKind[] Kinds) Build()
    {
        var count = quads.Count;
        // Two triangles a quad, in place, so that the order does not depend on threads.
        var corners = new int[6 * count];
        WorkerPool.Run((count + Chunk - 1) / Chunk, new Work(this, corners, count));
        DropRepeated(corners);
        var triangles = new List<int>(corners.Length);
        for (var quad = 0; quad < count; quad++)
        {
            var before = triangles.Count;
            for (var i = 6 * quad; i < 6 * quad + 6; i += 3)
            {
                if (corners[i] != None)
                    triangles.AddRange(corners.AsSpan(i, 3));
            }
            Dropped += triangles.Count == before ? 1 : 0;
        }
        return Compact(triangles);
    }

    // Merging can bring two layers of one sheet together; one of them stays. Two quads of the same corners may be split differently, so they are compared whole.
    private void DropRepeated(int[] corners)
    {
        if (!representatives.Where((other, leaf) => other != leaf).Any())
            return;
        var (quadsSeen, trianglesSeen) = (new HashSet<(int, int, int, int)>(), new HashSet<(int, int, int)>());
        for (var i = 0; i < corners.Length; i += 6)
        {
            var pair = corners.AsSpan(i, 6);
            // The second triangle is (first + 1, first + 2, first + 3), so its corner in the middle is the one that the first has not.
            if (pair[3] != None && !quadsSeen.Add(Sorted(pair[0], pair[1], pair[2], pair[4])))
                pair.Fill(None);
            for (var j = 0; j < 6; j += 3)
            {
                if (pair[j] != None && !trianglesSeen.Add(Sorted(pair[j], pair[j + 1], pair[j + 2])))
                    pair[j] = None;
            }
        }
    }

    private void Split(int quad, Span<int> destination)
    {
        destination.Fill(None);
        var filter = options.FilterQuads && !quads[quad].IsCertain;
        Span<int> leaves = stackalloc int[4];
        var count = 0;
        for (var i = 0; i < 4; i++)
        {
            var leaf = representatives[i switch { 0 => quads[quad].A, 1 => quads[quad].B, 2 => quads[quad].C, _ => quads[quad].D }];
            if (!leaves[..count].Contains(leaf))
                leaves[count++] = leaf;
            else if (leaves[count - 1] != leaf && !(i == 3 && leaves[0] == leaf))
                return;
        }
        if (count < 3)
            return;
        Span<LeafVertex> corners = [vertices[leaves[0]], vertices[leaves[1]], vertices[leaves[2]], vertices[leaves[count - 1]]];
        if (count == 3)
        {
            if (!filter || QuadRules.Agrees(corners[..3]))
                leaves[..3].CopyTo(destination);
            return;
        }
        if (!QuadRules.TrySplit(corners, filter, out var first))
            return;
        for (var i = 0; i < 6; i++)
            destination[i] = leaves[(first + (i switch { 0 => 0, 1 or 3 => 1, 4 => 2, _ => 3 })) & 3];
    }

    private (TriangleMesh Mesh, DualVertexKind[] Kinds) Compact(List<int> triangles)
    {
        var numbers = new int[vertices.Length];
        var (positions, kinds, renumbered) = (new List<Vector3>(), new List<DualVertexKind>(), new int[triangles.Count]);
        for (var i = 0; i < triangles.Count; i++)
        {
            ref var number = ref numbers[triangles[i]];
            if (number == 0)
            {
                positions.Add((Vector3)vertices[triangles[i]].Position);
                kinds.Add(vertices[triangles[i]].Kind);
                number = positions.Count;
            }
            renumbered[i] = number - 1;
        }
        return (new TriangleMesh([.. positions], renumbered), [.. kinds]);
    }

    private static (int, int, int) Sorted(int a, int b, int c)
    {
        var (least, most) = (Math.Min(a, Math.Min(b, c)), Math.Max(a, Math.Max(b, c)));
        return (least, a ^ b ^ c ^ least ^ most, most);
    }

    private static (int, int, int, int) Sorted(int a, int b, int c, int d)
    {
        var (low, middle, high) = Sorted(a, b, c);
        return d < low ? (d, low, middle, high) : d < middle ? (low, d, middle, high) : d < high ? (low, middle, d, high) : (low, middle, high, d);
    }

    private readonly struct Work(QuadMesh mesh, int[] corners, int count) : IParallelWork
    {
        public void Run(int part)
        {
            for (var quad = part * Chunk; quad < Math.Min(count, (part + 1) * Chunk); quad++)
                mesh.Split(quad, corners.AsSpan(6 * quad, 6));
        }
    }
}
