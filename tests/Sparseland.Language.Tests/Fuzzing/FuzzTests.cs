using Sparseland.Fuzzing;

namespace Sparseland.Language.Tests.Fuzzing;

public class FuzzTests
{
    private const int Mutations = 2000;

    public static TheoryData<string> Readers => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Damaged_files_are_refused_in_one_line_and_never_make_a_reader_crash_or_allocate_without_reason(string reader)
    {
        var target = FuzzTargets.All.Single(candidate => candidate.Name == reader);
        target.WarmUp();
        Assert.Equal("accepted", target.Check(target.Seeds[0]));
        target.Survive(Mutations);
    }
}
