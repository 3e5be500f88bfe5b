using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class StoryQuestionTests
{
    [Theory]
    [InlineData("usual", 700)]
    [InlineData("short", 200)]
    [InlineData("chains", 200)]
    [InlineData("long", 1)]
    [InlineData("reasoning", 300)]
    public void A_second_reader_answers_every_question_alike_and_finds_no_contradiction(string name, int count)
    {
        var asked = 0;
        foreach (var story in StoryCorpus.Stories(21, 0, count, StorySettings.Named(name)))
        {
            var reader = new StoryReader();
            var lines = story.Text.Split('\n');
            var next = 0;
            for (var i = 0; i < lines.Length; i++)
            {
                if (lines[i].StartsWith("Q: ", StringComparison.Ordinal))
                {
                    Assert.Equal($"A: {reader.AnswerTo(lines[i][3..])}", lines[i + 1]);
                    Assert.Equal(lines[i + 1][3..], story.Questions[next++].Answer);
                }
                reader.ReadLine(lines[i]);
            }
            Assert.Equal(story.Questions.Count, next);
            asked += next;
        }
        Assert.True(asked > 100);
    }

    [Fact]
    public void Questions_and_answers_stand_at_their_offsets()
    {
        foreach (var story in StoryCorpus.Stories(31, 0, 300))
        {
            foreach (var question in story.Questions)
            {
                Assert.StartsWith("Q: ", story.Text[question.Offset..], StringComparison.Ordinal);
                Assert.Equal('\n', story.Text[question.Offset - 1]);
                Assert.StartsWith($"{question.Answer}\n", story.Text[question.AnswerOffset..], StringComparison.Ordinal);
                Assert.Equal($"{question.Prompt(story.Text)} {question.Answer}", story.Text[..(question.AnswerOffset + question.Answer.Length)]);
                Assert.InRange(question.Distance, 0, question.Offset);
            }
        }
    }

    [Fact]
    public void The_fact_at_a_questions_distance_names_what_the_answer_needs()
    {
        foreach (var story in StoryCorpus.Stories(41, 0, 300))
        {
            foreach (var question in story.Questions.Where(question => question.Distance > 0))
            {
                var fact = story.Text[(question.Offset - question.Distance)..question.Offset];
                fact = fact[..Math.Min(fact.Length, 160)];
                var words = question.Answer.Split([' ', '.', ',', '"'], StringSplitOptions.RemoveEmptyEntries);
                Assert.Contains(words, word => char.IsUpper(word[0]) && fact.Contains(word, StringComparison.Ordinal) || fact.Contains($" {word}", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Every_kind_occurs_and_worked_answers_have_the_promised_length()
    {
        var questions = StoryCorpus.Stories(51, 0, 2000).SelectMany(story => story.Questions).ToList();
        Assert.Equal(Enum.GetValues<StoryQuestionKind>().Where(kind => kind < StoryQuestionKind.PuzzleChain), questions.Select(question => question.Kind).Distinct().Order());
        Assert.All(questions.GroupBy(question => question.Kind), group => Assert.InRange(group.Count() / (double)questions.Count, 0.008, 0.25));
        var worked = questions.Where(question => question.Kind >= StoryQuestionKind.WorkedWhere && question.Steps > 1).ToList();
        Assert.All(worked, question => Assert.InRange(question.Answer.Length, 60, 240));
        Assert.InRange(questions.Count / 2000.0, 4, 7);
    }

    [Fact]
    public void Stories_for_reasoning_ask_for_puzzles_of_every_length_with_answers_of_20_to_60_words_and_numbers()
    {
        var questions = StoryCorpus.Stories(61, 0, 600, StoryOptions.Reasoning).SelectMany(story => story.Questions).ToList();
        var puzzles = questions.Where(question => question.Kind >= StoryQuestionKind.PuzzleChain).ToList();
        Assert.InRange(puzzles.Count / (double)questions.Count, 0.35, 0.65);
        Assert.Equal([2, 3, 4], puzzles.Where(puzzle => puzzle.Kind == StoryQuestionKind.PuzzleChain).Select(puzzle => puzzle.Steps).Distinct().Order());
        Assert.Equal([3, 4], puzzles.Where(puzzle => puzzle.Kind == StoryQuestionKind.PuzzleRiddle).Select(puzzle => puzzle.Steps).Distinct().Order());
        Assert.All(puzzles, puzzle => Assert.InRange(puzzle.Answer.Split(' ').Length, 18, 45));
    }

    [Fact]
    public void The_option_of_long_chains_asks_for_sums_of_three_and_more_steps()
    {
        var questions = StoryCorpus.Stories(61, 0, 600, StorySettings.Named("chains")).SelectMany(story => story.Questions).ToList();
        Assert.InRange(questions.Count(question => question is { Kind: StoryQuestionKind.WorkedCount, Steps: >= 3 }), 30, 100);
        Assert.True(questions.Max(question => question.Steps) >= 5);
    }
}
