using System.Runtime.Intrinsics;
using CsCheck;
using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

public class TangentFitTests
{
    private const double Threshold = 0.08;

    private static readonly Gen<Vector3Double> Direction =
        Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new Vector3Double(x, y, z)).Where(v => v.LengthSquared > 0.1).Select(v => v.Unit());

    private static readonly Gen<Vector3Double> Point = Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new Vector3Double(x, y, z));

    [Fact]
    public void One_plane_gives_its_point_nearest_to_the_origin() =>
        Gen.Select(Direction, Gen.Double[-1, 1], Gen.Int[3, 27]).Sample((normal, offset, count) =>
        {
            var fit = Solve([.. Enumerable.Repeat((normal, offset), count)]);
            Assert.Equal(DualVertexKind.Plane, fit.Kind);
            AssertNear(offset * normal, fit.Point, 1e-12);
            Assert.Equal(1, Math.Abs(Vector3Double.Dot(normal, fit.Direction)), 1e-12);
        }, iter: 200);

    [Fact]
    public void Two_planes_give_an_edge_along_the_cross_product_of_their_normals() =>
        Gen.Select(Direction, Direction, Point).Where((a, b, _) => Math.Abs(Vector3Double.Dot(a, b)) < 0.9).Sample((a, b, through) =>
        {
            var fit = Solve([(a, Vector3Double.Dot(a, through)), (b, Vector3Double.Dot(b, through)), (a, Vector3Double.Dot(a, through))]);
            Assert.Equal(DualVertexKind.Edge, fit.Kind);
            var line = Vector3Double.Cross(a, b).Unit();
            Assert.Equal(1, Math.Abs(Vector3Double.Dot(line, fit.Direction)), 1e-12);
            // The point of the line that is nearest to the origin.
            AssertNear(through - Vector3Double.Dot(through, line) * line, fit.Point, 1e-10);
        }, iter: 200);

    [Fact]
    public void Three_planes_give_their_corner_exactly() =>
        Gen.Select(Direction, Direction, Direction, Point).Where((a, b, c, _) => Math.Abs(Vector3Double.Dot(a, Vector3Double.Cross(b, c))) > 0.5).Sample((a, b, c, through) =>
        {
            var fit = Solve([(a, Vector3Double.Dot(a, through)), (b, Vector3Double.Dot(b, through)), (c, Vector3Double.Dot(c, through)), (b, Vector3Double.Dot(b, through))]);
            Assert.Equal(DualVertexKind.Corner, fit.Kind);
            AssertNear(through, fit.Point, 1e-10);
        }, iter: 200);

    [Fact]
    public void Overdetermined_planes_give_the_point_where_the_normal_equations_vanish()
    {
        var chance = new Sparseland.Chance.RandomStream(3, "planes");
        (Vector3Double Normal, double Offset)[] planes = [.. Enumerable.Range(0, 27).Select(_ => (new Vector3Double(chance.NextNormal(), chance.NextNormal(), chance.NextNormal()).Unit(), chance.NextDouble()))];
        var fit = Solve(planes);
        Vector3Double slope = default;
        foreach (var (normal, offset) in planes)
            slope += (Vector3Double.Dot(normal, fit.Point) - offset) * normal;
        AssertNear(default, slope, 1e-12);
    }

    [Fact]
    public void Normals_that_differ_by_less_than_the_threshold_are_one_plane()
    {
        var tilted = new Vector3Double(0.05, 0, 1).Unit();
        Assert.Equal(DualVertexKind.Plane, Solve([(new(0, 0, 1), 0.5), (tilted, 0.5), (new(0, 0, 1), 0.5)]).Kind);
        Assert.Equal(DualVertexKind.Edge, Solve([(new(0, 0, 1), 0.5), (new Vector3Double(0.5, 0, 1).Unit(), 0.5), (new(0, 0, 1), 0.5)]).Kind);
    }

    [Fact]
    public void Singular_vectors_rebuild_the_columns()
    {
        var chance = new Sparseland.Chance.RandomStream(4, "columns");
        for (var round = 0; round < 50; round++)
        {
            var columns = Enumerable.Range(0, 3).Select(_ => Vector256.Create(chance.NextNormal(), chance.NextNormal(), chance.NextNormal(), chance.NextNormal())).ToArray();
            var svd = new ColumnSvd(columns[0], columns[1], columns[2]);
            Assert.True(svd.Value0 >= svd.Value1 && svd.Value1 >= svd.Value2);
            Assert.Equal(0, Vector256.Dot(svd.Column0, svd.Column1), 1e-12);
            Assert.Equal(0, Vector256.Dot(svd.Column1, svd.Column2), 1e-12);
            var (right0, right1, right2) = (svd.Right0, svd.Right1, svd.Right2);
            for (var i = 0; i < 3; i++)
            {
                var rebuilt = svd.Column0 * right0[i] + svd.Column1 * right1[i] + svd.Column2 * right2[i];
                Assert.Equal(0, Vector256.Sum(Vector256.Abs(rebuilt - columns[i])), 1e-12);
            }
        }
    }

    private static TangentFit Solve((Vector3Double Normal, double Offset)[] planes) =>
        TangentFit.Solve(planes.Select(plane => Vector256.Create(plane.Normal.X, plane.Normal.Y, plane.Normal.Z, plane.Offset)).ToArray(), Threshold);

    private static void AssertNear(Vector3Double expected, Vector3Double actual, double tolerance) =>
        Assert.True((expected - actual).Length < tolerance, $"{actual} instead of {expected}");
}
