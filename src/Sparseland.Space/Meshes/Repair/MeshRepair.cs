namespace Sparseland.Space.Meshes.Repair;

/// <summary>What repair made of a mesh.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="DroppedTriangles">Triangles without three different corners, or the same as an earlier one.</param>
/// <param name="CutEdges">Edges of more than two triangles that were cut apart.</param>
/// <param name="TurnedTriangles">Triangles that were turned over.</param>
/// <param name="OneSided">Parts that no orientation suits.</param>
/// <param name="ClosedHoles">Borders that were closed.</param>
public sealed record MeshRepairResult(TriangleMesh Mesh, int DroppedTriangles, int CutEdges, int TurnedTriangles, int OneSided, int ClosedHoles);

/// <summary>All repairs in their order: cut to a manifold, orient, close small holes. Vertices that a cut made lie at equal places; judge the result with them apart.</summary>
public static class MeshRepair
{
    /// <summary>Repairs a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="longestHole">The longest border to close, in metres; 0 closes none.</param>
    /// <exception cref="Errors.InvalidSettingException">The length is negative or NaN.</exception>
    public static MeshRepairResult Repair(TriangleMesh mesh, double longestHole)
    {
        var cut = ManifoldCut.Repair(mesh);
        var oriented = MeshOrientation.Orient(cut.Mesh, weld: false);
        var filled = HoleFilling.Fill(oriented.Mesh, longestHole, weld: false);
        return new(filled.Mesh, cut.Dropped, cut.CutEdges, oriented.Turned, oriented.OneSided, filled.Closed);
    }
}
