using Sparseland.Space.Surfaces;

namespace Sparseland.Space.Tests.Surfaces;

public class CubeTableTests
{
    [Fact]
    public void Every_crossed_edge_is_in_one_loop_and_no_other_edge_is()
    {
        for (var cubeCase = 0; cubeCase < CubeTable.Cases; cubeCase++)
        {
            var loops = CubeTable.Loops(cubeCase).ToArray();
            for (var edge = 0; edge < CubeTable.Edges; edge++)
            {
                var (lower, upper) = CubeTable.Ends(edge);
                var crossed = ((cubeCase >> lower) & 1) != ((cubeCase >> upper) & 1);
                Assert.Equal(crossed ? 1 : 0, loops.Sum(loop => loop.Count(at => at == edge)));
                Assert.Equal(crossed, CubeTable.LoopAt(cubeCase, edge) >= 0);
            }
        }
    }

    [Fact]
    public void Diagonals_lie_in_no_face_and_loops_have_two_triangles_less_than_edges()
    {
        for (var cubeCase = 0; cubeCase < CubeTable.Cases; cubeCase++)
        {
            var loops = CubeTable.Loops(cubeCase).ToArray();
            var triangles = CubeTable.Triangles(cubeCase).ToArray();
            Assert.Equal(loops.Sum(loop => loop.Length - 2), triangles.Length / 3);
            for (var i = 0; i < triangles.Length; i++)
            {
                var (from, to) = (triangles[i], triangles[i % 3 == 2 ? i - 2 : i + 1]);
                var isSide = loops.Any(loop => loop.Zip([.. loop.Skip(1), loop[0]]).Any(side => side == (from, to)));
                Assert.True(isSide || !CubeTable.ShareFace(from, to), $"case {cubeCase}");
            }
        }
    }
}
