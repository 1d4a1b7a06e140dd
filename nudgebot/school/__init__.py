"""What the LMS says: people, classes, skills, activity, practice, exams, assignments, calendar."""
