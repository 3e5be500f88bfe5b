using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Threads;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>The vertex of a leaf.</summary>
/// <param name="Kind">None when the leaf has no vertex.</param>
/// <param name="Position">Where it is.</param>
/// <param name="Direction">The normal of a plane, the line of an edge.</param>
/// <param name="Outcome">How the leaf ended.</param>
internal readonly record struct LeafVertex(DualVertexKind Kind, Vector3Double Position, Vector3Double Direction, LeafOutcome Outcome);

/// <summary>How a leaf came to its vertex, or to none.</summary>
internal enum LeafOutcome : byte
{
    TooFewSamples,
    Rejected,
    First,
    Second,
}

/// <summary>One small problem per leaf (step 4): tangent planes, least squares, the rules of its kind, a second attempt with the samples that project into the leaf.</summary>
internal sealed class LeafSolver(CellLattice lattice, ulong[] leaves, LeafSamples samples, DualMeshOptions options)
{
    private const int Chunk = 256;
    private const int Fewest = 3;

    /// <summary>The vertices of all leaves, in their order.</summary>
    public LeafVertex[] SolveAll()
    {
        var vertices = new LeafVertex[leaves.Length];
        WorkerPool.Run((leaves.Length + Chunk - 1) / Chunk, new Work(this, vertices));
        return vertices;
    }

    private LeafVertex Solve(int leaf)
    {
        Span<Vector3Double> normals = stackalloc Vector3Double[CellLattice.SamplesPerLeaf];
        Span<Vector3Double> projections = stackalloc Vector3Double[CellLattice.SamplesPerLeaf];
        var minimum = lattice.LeafMinimum(leaves[leaf]);
        var edge = lattice.Edge;
        var count = 0;
        Vector3Double sum = default;
        var near = 0;
        foreach (var row in samples.Rows.AsSpan(leaf * CellLattice.SamplesPerLeaf, CellLattice.SamplesPerLeaf))
        {
            if (!samples.Usable[row])
                continue;
            Vector3Double normal = samples.Gradients[row];
            var projection = samples.Points[row] - samples.Distances[row] * normal;
            (normals[count], projections[count++]) = (normal, projection);
            if (!projection.IsWithin(minimum, edge, 0.01 * edge))
                continue;
            sum += projection;
            near++;
        }
        if (count < Fewest)
            return default;
        var centre = near > 0 ? 1.0 / near * sum : minimum + 0.5 * edge * new Vector3Double(1, 1, 1);
        minimum -= centre;
        for (var i = 0; i < count; i++)
            projections[i] -= centre;
        var vertex = Attempt(normals[..count], projections[..count], minimum, first: true);
        if (vertex.Kind == DualVertexKind.None)
            vertex = SecondAttempt(normals[..count], projections[..count], minimum);
        return vertex with { Position = vertex.Position + centre };
    }

    private LeafVertex SecondAttempt(Span<Vector3Double> normals, Span<Vector3Double> projections, Vector3Double minimum)
    {
        var edge = lattice.Edge;
        var inside = 0;
        for (var tolerance = 1e-4; inside < Fewest && tolerance < 0.3; tolerance = tolerance < 0.01 ? 0.02 : tolerance + 0.05)
        {
            inside = 0;
            foreach (var projection in projections)
                inside += projection.IsWithin(minimum, edge, tolerance * edge) ? 1 : 0;
            if (inside < Fewest)
                continue;
            inside = 0;
            for (var i = 0; i < projections.Length; i++)
            {
                if (projections[i].IsWithin(minimum, edge, tolerance * edge))
                    (normals[inside], projections[inside++]) = (normals[i], projections[i]);
            }
        }
        return inside < Fewest ? new(default, default, default, LeafOutcome.Rejected) : Attempt(normals[..inside], projections[..inside], minimum, first: false);
    }

    private LeafVertex Attempt(ReadOnlySpan<Vector3Double> normals, ReadOnlySpan<Vector3Double> projections, Vector3Double minimum, bool first)
    {
        Span<Vector256<double>> planes = stackalloc Vector256<double>[CellLattice.SamplesPerLeaf];
        for (var i = 0; i < normals.Length; i++)
            planes[i] = Vector256.Create(normals[i].X, normals[i].Y, normals[i].Z, Vector3Double.Dot(normals[i], projections[i]));
        var fit = TangentFit.Solve(planes[..normals.Length], options.SvdThreshold);
        var edge = lattice.Edge;
        var point = fit.Point;
        var found = fit.Kind switch
        {
            DualVertexKind.Plane => CellRules.TryPlane(fit.Point, fit.Direction, minimum, edge, options.PlaneFactor, out point),
            DualVertexKind.Edge => CellRules.TryLine(fit.Point, fit.Direction, minimum, edge, options.EdgeFactor, out point),
            _ => point.IsWithin(minimum, edge, options.CornerFactor * edge),
        };
        // What fewer samples say is taken only where it is really inside.
        if (found && !first)
            found = point.IsWithin(minimum, edge, (fit.Kind == DualVertexKind.Corner ? CellRules.Slack : 1e-4) * edge);
        return found ? new(fit.Kind, point, fit.Direction, first ? LeafOutcome.First : LeafOutcome.Second) : new(default, default, default, LeafOutcome.Rejected);
    }

    private readonly struct Work(LeafSolver solver, LeafVertex[] vertices) : IParallelWork
    {
        public void Run(int part)
        {
            for (var leaf = part * Chunk; leaf < Math.Min(vertices.Length, (part + 1) * Chunk); leaf++)
                vertices[leaf] = solver.Solve(leaf);
        }
    }
}
