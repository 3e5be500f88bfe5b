using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Fields;

public class MeshDistanceFieldTests
{
    [Theory]
    [InlineData(MeshSign.Pseudonormals)]
    [InlineData(MeshSign.WindingNumber)]
    public void TheDistanceToACubeIsThatOfTheFormula(MeshSign sign)
    {
        var field = MeshDistanceField.Signed(TestMeshes.Cube, sign);
        var random = new RandomStream(1, "cube");
        for (var i = 0; i < 2000; i++)
        {
            var point = 3 * (TestMeshes.Point(random, 1) - new Vector3(0.33f));
            var side = Vector3.Abs(point - new Vector3(0.5f)) - new Vector3(0.5f);
            var expected = Vector3.Max(side, Vector3.Zero).Length() + MathF.Min(0, MathF.Max(side.X, MathF.Max(side.Y, side.Z)));
            Assert.Equal(expected, field.Distance(point), 1e-6f);
            if (MathF.Abs(expected) > 1e-6f)
                Assert.Equal(expected < 0, field.IsInside(point));
        }
    }

    [Fact]
    public void BatchesGiveWhatSinglePointsGiveAndGradientsPointAwayFromTheSurface()
    {
        var field = MeshDistanceField.Signed(TestMeshes.Sphere(16, 32));
        var random = new RandomStream(2, "sphere");
        var points = Enumerable.Range(0, 1000).Select(_ => 3 * (TestMeshes.Point(random, 1) - new Vector3(0.5f))).ToArray();
        var (distances, again, gradients) = (new float[points.Length], new float[points.Length], new Vector3[points.Length]);
        field.Distances(points, distances);
        field.DistancesAndGradients(points, again, gradients);
        Assert.Equal(distances, again);
        for (var i = 0; i < points.Length; i++)
        {
            Assert.Equal(field.Distance(points[i]), distances[i]);
            Assert.Equal(1, gradients[i].Length(), 1e-5f);
            Assert.Equal(0, field.Distance(points[i] - distances[i] * gradients[i]), 1e-5f);
            Assert.InRange(distances[i], points[i].Length() - 1 - 1e-5f, points[i].Length() - 1 + 0.05f);
        }
    }

    [Fact]
    public void BothSignsAgreeOnAClosedMeshsInsideWithTheExactWindingNumber()
    {
        var mesh = TestMeshes.Classic("spot");
        var normals = MeshDistanceField.Signed(mesh);
        var winding = MeshDistanceField.Signed(mesh, MeshSign.WindingNumber);
        var random = new RandomStream(3, "spot");
        var inside = 0;
        for (var i = 0; i < 150; i++)
        {
            var point = mesh.Bounds.Minimum + TestMeshes.Point(random, 1) * mesh.Bounds.Extent;
            var expected = WindingNumber.Exact(mesh, point) > 0.5;
            Assert.Equal(expected, normals.IsInside(point));
            Assert.Equal(expected, winding.IsInside(point));
            inside += expected ? 1 : 0;
        }
        Assert.InRange(inside, 20, 130);
    }

    [Fact]
    public void AMeshThatIsInsideOutIsReadTheRightWayRound()
    {
        var turned = new TriangleMesh(TestMeshes.Cube.Positions, [.. TestMeshes.Cube.Triangles.Reverse()]);
        foreach (var sign in Enum.GetValues<MeshSign>())
            Assert.Equal(-0.25f, MeshDistanceField.Signed(turned, sign).Distance(new(0.5f, 0.5f, 0.75f)), 1e-6f);
    }

    [Fact]
    public void VerticesAtOnePlaceCountAsOne()
    {
        var cube = TestMeshes.Cube;
        var soup = new TriangleMesh([.. cube.Triangles.Select(vertex => cube.Positions[vertex])], [.. Enumerable.Range(0, cube.Triangles.Length)]);
        Assert.Equal(-0.5f, MeshDistanceField.Signed(soup).Distance(new(0.5f)), 1e-6f);
    }

    [Fact]
    public void AnOpenMeshIsRefusedWithItsLoopsCountedAndNamed()
    {
        var cube = TestMeshes.Cube;
        // Without the first triangle of the bottom and the last of the right side.
        var open = new TriangleMesh(cube.Positions, cube.Triangles[3..^3]);
        var error = Assert.Throws<MismatchException>(() => MeshDistanceField.Signed(open));
        Assert.Contains("2 boundary loops of 6 edges (3 edges at vertex", error.Message, StringComparison.Ordinal);
        Assert.Contains("unsigned", error.Message, StringComparison.Ordinal);
        Assert.Equal(0.5f, MeshDistanceField.Unsigned(open).Distance(new(0.5f)), 1e-6f);
        Assert.Throws<InvalidOperationException>(() => MeshDistanceField.Unsigned(open).IsInside(default));
    }

    [Fact]
    public void TheBunnysFiveHolesAreNamed()
    {
        var error = Assert.Throws<MismatchException>(() => MeshDistanceField.Signed(TestMeshes.Bunny()));
        Assert.Contains("5 boundary loops of 223 edges", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMeshWhoseTrianglesDisagreeOnASideIsRefused()
    {
        var triangles = (int[])TestMeshes.Cube.Triangles.Clone();
        (triangles[0], triangles[1]) = (triangles[1], triangles[0]);
        var error = Assert.Throws<MismatchException>(() => MeshDistanceField.Signed(new TriangleMesh(TestMeshes.Cube.Positions, triangles)));
        Assert.Contains("3 edges", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EdgesOfFourTrianglesNeedTheWindingNumber()
    {
        // Two cubes that touch along an edge.
        var cube = TestMeshes.Cube;
        var mesh = new TriangleMesh([.. cube.Positions, .. cube.Positions.Select(position => position + new Vector3(1, 1, 0))], [.. cube.Triangles, .. cube.Triangles.Select(vertex => vertex + 8)]);
        var error = Assert.Throws<MismatchException>(() => MeshDistanceField.Signed(mesh));
        Assert.Contains("winding number", error.Message, StringComparison.Ordinal);
        var field = MeshDistanceField.Signed(mesh, MeshSign.WindingNumber);
        Assert.True(field.IsInside(new(1.2f, 1.3f, 0.4f)) && field.IsInside(new(0.9f, 0.9f, 0.5f)));
        Assert.False(field.IsInside(new(1.2f, 0.9f, 0.5f)));
    }

    [Fact]
    public void AMeshWithoutTrianglesHasNoDistance() =>
        Assert.Throws<MismatchException>(() => MeshDistanceField.Unsigned(new TriangleMesh([Vector3.Zero], [])));

    [Fact]
    public void PointsThatAreNoNumbersHaveNoDistance()
    {
        var distances = new float[1];
        var gradients = new Vector3[1];
        MeshDistanceField.Signed(TestMeshes.Cube).DistancesAndGradients([new(float.NaN)], distances, gradients);
        Assert.True(float.IsNaN(distances[0]) && float.IsNaN(gradients[0].X));
    }

    [Fact]
    public void DistancesDoNotDependOnTheNumberOfThreads()
    {
        var field = MeshDistanceField.Unsigned(TestMeshes.Soup(400, 0.2f, 4));
        var random = new RandomStream(5, "threads");
        var points = Enumerable.Range(0, 2000).Select(_ => TestMeshes.Point(random, 1)).ToArray();
        var (one, two) = (new float[points.Length], new float[points.Length]);
        var before = WorkerPool.ThreadCount;
        WorkerPool.ThreadCount = 1;
        field.Distances(points, one);
        WorkerPool.ThreadCount = 2;
        field.Distances(points, two);
        WorkerPool.ThreadCount = before;
        Assert.Equal(one, two);
    }
}
